import userEvent from '@testing-library/user-event'
import { screen } from '@testing-library/vue'
import { defineComponent, h, ref } from 'vue'
import { beforeEach, describe, expect, it } from 'vitest'
import { renderInPages } from '@/testing/render'
import Field from './Field.vue'
import SearchableSelect from './SearchableSelect.vue'

const CHOICES = [
  { value: '', label: 'Detect automatically' },
  { value: 'en', label: 'English', about: 'en' },
  { value: 'fr', label: 'Français', about: 'fr' },
  { value: 'de', label: 'German', about: 'de' },
]
const chosen = ref('en')
const isOpen = ref(false)
const Sample = defineComponent(() => () => {
  const control = ({ field }: { field: object }) =>
    h(SearchableSelect, {
      ...field,
      modelValue: chosen.value,
      'onUpdate:modelValue': (value: string) => (chosen.value = value),
      choices: CHOICES,
      open: isOpen.value,
    })
  return [
    h(Field, { label: 'Language', hint: 'Of the lesson' }, { default: control }),
    h('button', 'Next'),
  ]
})

const field = () => screen.getByRole('combobox', { name: 'Language' })
const namesShown = () => screen.queryAllByRole('option').map(({ textContent }) => textContent)

beforeEach(() => {
  chosen.value = 'en'
  isOpen.value = false
})

describe('A list that is searched', () => {
  it('is labelled, described, and shows the name of what is chosen', async () => {
    await renderInPages(Sample)

    expect(field()).toHaveValue('English')
    expect(field()).toHaveAccessibleDescription('Of the lesson')
    expect(field()).toHaveAttribute('aria-expanded', 'false')
  })

  it('opens with all choices, the chosen one marked', async () => {
    await renderInPages(Sample)

    await userEvent.click(field())

    expect(await screen.findAllByRole('option')).toHaveLength(CHOICES.length)
    expect(screen.getByRole('option', { name: /English/ })).toHaveAttribute('aria-selected', 'true')
  })

  it.each(['FRANC', 'fr'])(
    'is searched by name, accents or not, and by code: %s',
    async (words) => {
      await renderInPages(Sample)

      await userEvent.type(field(), words, { initialSelectionStart: 0, initialSelectionEnd: 7 })
      expect(await screen.findByRole('option', { name: /Français/ })).toBeVisible()
      expect(namesShown()).toHaveLength(1)
      await userEvent.keyboard('{Enter}')

      expect(chosen.value).toBe('fr')
      expect(field()).toHaveValue('Français')
      expect(screen.queryByRole('option')).not.toBeInTheDocument()
    },
  )

  it('is walked by arrow keys, and what they are at is told', async () => {
    await renderInPages(Sample)
    const user = userEvent.setup()

    await user.tab()
    await user.keyboard('{ArrowDown}')
    await screen.findAllByRole('option')
    await user.keyboard('{ArrowDown}')

    const at = field().getAttribute('aria-activedescendant') ?? ''
    expect(document.getElementById(at)).toHaveTextContent('Français')
    await user.keyboard('{Enter}')
    expect(chosen.value).toBe('fr')
  })

  it('says that nothing is found, and keeps what was chosen', async () => {
    await renderInPages(Sample)
    const user = userEvent.setup()

    await user.click(field())
    await user.keyboard('klingon')
    expect(await screen.findByText('No results')).toBeVisible()
    await user.keyboard('{Escape}')

    await expect.poll(() => (field() as HTMLInputElement).value).toBe('English')
    expect(chosen.value).toBe('en')
  })

  it('chooses what has no value', async () => {
    await renderInPages(Sample)

    await userEvent.click(field())
    await userEvent.click(await screen.findByRole('option', { name: 'Detect automatically' }))

    expect(chosen.value).toBe('')
    expect(field()).toHaveValue('Detect automatically')
  })
})

describe('A list that is searched, where other values are allowed', () => {
  beforeEach(() => {
    isOpen.value = true
  })

  it('takes what is typed, and says so', async () => {
    await renderInPages(Sample)
    const user = userEvent.setup()

    await user.click(field())
    await user.keyboard('e')
    expect(await screen.findByRole('option', { name: 'Use “e”' })).toBeVisible()
    await user.keyboard('{Enter}')

    expect(chosen.value).toBe('e')
    expect(field()).toHaveValue('e')
  })

  it('keeps what was typed when one goes on', async () => {
    await renderInPages(Sample)
    const user = userEvent.setup()

    await user.click(field())
    await user.keyboard('tlh')
    await user.tab()

    expect(chosen.value).toBe('tlh')
    await expect.poll(() => (field() as HTMLInputElement).value).toBe('tlh')
  })

  it('shows a value that the list does not have', async () => {
    chosen.value = 'tlh'
    await renderInPages(Sample)

    expect(field()).toHaveValue('tlh')
  })
})
