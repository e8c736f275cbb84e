import { LibraryBig } from '@lucide/vue'
import userEvent from '@testing-library/user-event'
import { screen } from '@testing-library/vue'
import { describe, expect, it, vi } from 'vitest'
import { renderInPages } from '@/testing/render'
import Banner from './Banner.vue'
import Chip from './Chip.vue'
import EmptyState from './EmptyState.vue'
import Icon from './Icon.vue'
import ProgressBar from './ProgressBar.vue'
import Skeleton from './Skeleton.vue'

describe('ProgressBar', () => {
  it('says how much is done', async () => {
    await renderInPages(ProgressBar, { props: { label: 'Upload', value: 0.426 } })

    expect(screen.getByRole('progressbar', { name: 'Upload' })).toHaveAttribute(
      'aria-valuenow',
      '43',
    )
  })

  it('claims no share that nobody knows', async () => {
    await renderInPages(ProgressBar, { props: { label: 'Upload', value: null } })

    expect(screen.getByRole('progressbar')).not.toHaveAttribute('aria-valuenow')
  })
})

describe('Banner', () => {
  it('interrupts for what is wrong, and for nothing else', async () => {
    const { rerender } = await renderInPages(Banner, { slots: { default: 'Words' } })
    expect(screen.getByRole('status')).toHaveTextContent('Words')

    await rerender({ look: 'danger' })
    expect(screen.getByRole('alert')).toHaveTextContent('Words')
  })
})

describe('Chip', () => {
  it('can be taken away where it says so', async () => {
    const onRemove = vi.fn()
    await renderInPages(Chip, {
      props: { removeLabel: 'Remove Biology', onRemove },
      slots: { default: 'Biology' },
    })

    await userEvent.click(screen.getByRole('button', { name: 'Remove Biology' }))

    expect(onRemove).toHaveBeenCalledOnce()
  })
})

describe('EmptyState', () => {
  it('has a heading, the reason and what can be done', async () => {
    await renderInPages(EmptyState, {
      props: { icon: LibraryBig, title: 'Nothing yet', text: 'Add a lesson.' },
      slots: { default: 'Actions' },
    })

    expect(screen.getByRole('heading', { name: 'Nothing yet' })).toBeVisible()
    expect(screen.getByText('Add a lesson.')).toBeVisible()
    expect(screen.getByText('Actions')).toBeVisible()
  })
})

describe('Skeleton', () => {
  it('says that something is on its way', async () => {
    await renderInPages(Skeleton)

    expect(screen.getByRole('status')).toHaveTextContent('Loading…')
  })
})

describe('Icon', () => {
  it('is silent', async () => {
    const { container } = await renderInPages(Icon, { props: { of: LibraryBig } })

    expect(container.querySelector('svg')).toHaveAttribute('aria-hidden', 'true')
  })
})
