// Runs before the first paint; src/shell/theme.ts keeps it up to date afterwards.
try {
  const chosen = localStorage.getItem('lectern.theme')
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen
} catch {
  // Storage is forbidden: the system's theme it is.
}
