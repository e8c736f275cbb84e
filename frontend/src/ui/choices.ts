/** What can be chosen from a list that is searched. */
export interface SearchableChoice {
  value: string
  label: string
  /** Shown beside the label, and found as well: a language's code, for example. */
  about?: string
}
