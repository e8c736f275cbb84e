import { createRouter, type RouterHistory, type RouteRecordRaw } from 'vue-router'
import { moveFocusWithPages } from '@/shell/focus'

declare module 'vue-router' {
  interface RouteMeta {
    /** The page of the navigation that this one belongs to, where it is not its own name. */
    section?: string
  }
}

/** Every path but the last begins as backend/pages/serving.py knows them. */
export const ROUTES: readonly RouteRecordRaw[] = [
  { path: '/', name: 'library', component: () => import('@/library/LibraryView.vue') },
  {
    path: '/lessons/:id(\\d+)',
    name: 'lesson',
    component: () => import('@/lesson/LessonView.vue'),
    props: (route) => ({ lessonId: Number(route.params.id) }),
    meta: { section: 'library' },
  },
  {
    path: '/trash',
    name: 'trash',
    component: () => import('@/library/TrashView.vue'),
    meta: { section: 'library' },
  },
  { path: '/notes', name: 'notes', component: () => import('@/notes/NotesView.vue') },
  { path: '/search', name: 'search', component: () => import('@/search/SearchView.vue') },
  { path: '/tasks', name: 'tasks', component: () => import('@/tasks/TasksView.vue') },
  { path: '/settings', name: 'settings', component: () => import('@/settings/SettingsView.vue') },
  {
    path: '/:path(.*)*',
    name: 'not-found',
    component: () => import('@/shell/NotFoundView.vue'),
  },
]

/** Fetch all pages while there is nothing else to do, so that they open even when the server is gone. */
export function loadPagesAhead(): void {
  for (const { component } of ROUTES) {
    // A failure is met again, and said, when the page is opened.
    if (typeof component === 'function')
      void (component as () => Promise<unknown>)().catch(() => null)
  }
}

export function createPages(history: RouterHistory) {
  const router = createRouter({
    history,
    routes: ROUTES,
    scrollBehavior(to, from, saved) {
      if (saved) return saved
      // Where a section is named, the page leads there itself, once it is there.
      return to.path === from.path || to.hash ? false : { top: 0 }
    },
  })
  moveFocusWithPages(router)
  return router
}
