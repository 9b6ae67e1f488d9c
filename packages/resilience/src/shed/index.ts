export { LoadShedError } from './errors.ts'
export { loadShed, type LoadShed } from './events.ts'
export { LoadShedder, type LoadShedderOptions } from './load-shedder.ts'
