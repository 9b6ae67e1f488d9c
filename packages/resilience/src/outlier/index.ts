export { endpointEjected, endpointReturned, type EndpointEvent } from './events.ts'
export { OutlierDetector, type EndpointCall, type OutlierOptions } from './outlier-detector.ts'
