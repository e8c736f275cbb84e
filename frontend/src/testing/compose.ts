import { defineComponent } from 'vue'
import { renderInPages, type Rendered } from './render'

/** What a composable gives within a page at an address. */
export async function compose<Given>(
  use: () => Given,
  options: { address?: string; language?: string } = {},
): Promise<Rendered & { given: Given }> {
  let given: { is: Given } | null = null
  const Page = defineComponent(() => {
    given = { is: use() }
    return () => null
  })
  const rendered = await renderInPages(Page, options)
  if (given === null) throw new Error('the page was not set up')
  return { ...rendered, given: (given as { is: Given }).is }
}
