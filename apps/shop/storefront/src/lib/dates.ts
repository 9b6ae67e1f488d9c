const day = new Intl.DateTimeFormat('en-IE', { day: 'numeric', month: 'long', year: 'numeric' })
const minute = new Intl.DateTimeFormat('en-IE', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })

export function formatDay(time: string): string {
  return day.format(new Date(time))
}

export function formatMinute(time: string): string {
  return minute.format(new Date(time))
}
