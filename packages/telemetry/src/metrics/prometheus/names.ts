/** A label as Prometheus takes it: `hasFailed` becomes `has_failed`, `rpc.method` becomes `rpc_method`. */
export function labelName(name: string): string {
  const cleaned = clean(name)
  return /^[a-z_]/.test(cleaned) ? cleaned : `_${cleaned}`
}

/** In snake case, of letters, digits and single underscores: two at the beginning are for Prometheus itself. */
export function clean(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
}
