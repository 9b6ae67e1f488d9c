export { sqlActions, type SqlActionsOptions } from './sql-actions.ts'
