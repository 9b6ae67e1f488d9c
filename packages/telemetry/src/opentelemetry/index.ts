export { registerOpenTelemetry, type OpenTelemetryParts } from './register.ts'
