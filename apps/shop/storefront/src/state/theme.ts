import { effect, signal, type Signal } from '@preact/signals'
import type { ThemePreference } from '../api/types.ts'
import { device } from '../lib/device.ts'

export type Theme = 'system' | 'light' | 'dark'

const slot = 'ashlar.theme'

export const theme: Signal<Theme> = signal('system')

/** Applies the device's choice and keeps applying it; public/theme.js has done so once before the first paint. */
export function startTheme(): void {
  const stored = device.read(slot)
  theme.value = stored === 'light' || stored === 'dark' ? stored : 'system'
  effect(() => {
    if (theme.value === 'system') delete document.documentElement.dataset['theme']
    else document.documentElement.dataset['theme'] = theme.value
    device.write(slot, theme.value === 'system' ? undefined : theme.value)
  })
}

export function themeOf(preference: ThemePreference): Theme {
  if (preference === 'THEME_LIGHT') return 'light'
  return preference === 'THEME_DARK' ? 'dark' : 'system'
}
