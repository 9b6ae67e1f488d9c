import type { VNode } from 'preact'

const shapes = {
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM15.3 15.3 20 20',
  bag: 'M5 8h14l1 12H4L5 8ZM8.5 8V7a3.5 3.5 0 0 1 7 0v1',
  person: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM4.5 20c.6-3.6 3.6-5.5 7.5-5.5s6.9 1.9 7.5 5.5',
  menu: 'M4 7h16M4 12h16M4 17h16',
  close: 'M6 6l12 12M18 6 6 18',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5Z',
  system: 'M4 5h16v11H4V5ZM9 20h6M12 16v4',
  down: 'M6 9.5l6 6 6-6',
  right: 'M9.5 6l6 6-6 6',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  minus: 'M6 12h12',
  plus: 'M6 12h12M12 6v12',
  truck: 'M3 7h11v9H3V7ZM14 10h4l3 3v3h-7v-6ZM7 16a2 2 0 1 0 0 4 2 2 0 0 0 0-4ZM17 16a2 2 0 1 0 0 4 2 2 0 0 0 0-4Z',
  back: 'M9 7 5 11l4 4M5 11h9a5 5 0 0 1 0 10h-2',
  mend: 'M14 4l6 6-3 3-6-6 3-3ZM12.5 8.5 4 17l3 3 8.5-8.5',
  alert: 'M12 4 21 20H3L12 4ZM12 10v4.5M12 17.3v.200',
  lock: 'M6 11h12v9H6v-9ZM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  filter: 'M4 7h16M7 12h10M10 17h4',
  store: 'M4 10v10h16V10M3 10l2-6h14l2 6a3 3 0 0 1-6 0 3 3 0 0 1-6 0 3 3 0 0 1-6 0ZM9 20v-5h6v5',
  picture: 'M4 5h16v14H4V5ZM4 16l4.5-4.5 4 4 3-3 4.5 4.5M15.5 8.5v.2',
  print: 'M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7v-6Z',
} as const

export type IconName = keyof typeof shapes

/** A line icon. Always next to words or inside something that has a name, so never read out itself. */
export function Icon({ name, size = 20 }: { name: IconName; size?: number }): VNode {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={shapes[name]} />
    </svg>
  )
}
