const types = ['image/png', 'image/jpeg', 'image/webp']
const mostBytes = 1_048_576
const mostPixels = 4_096

/** What a file field accepts. */
export const imageTypes: string = types.join(',')

/** Why a file cannot be a product's picture; undefined when it can, as far as its name and size tell. */
export function imageMistake(file: { readonly type: string; readonly size: number }): string | undefined {
  if (!types.includes(file.type)) return 'Choose a PNG, JPEG or WebP file.'
  if (file.size === 0) return 'This file is empty.'
  if (file.size <= mostBytes) return undefined
  // Rounded up: a file that is a little too large must not read as one that is not.
  const megabytes = Math.ceil((file.size / mostBytes) * 10) / 10
  return `This file has ${megabytes} MB; a picture may have 1 MB at most.`
}

/** Why a picture is not taken, once it has been looked at. */
export function pixelMistake({ width, height }: { width: number; height: number }): string | undefined {
  if (width <= mostPixels && height <= mostPixels) return undefined
  return `This picture is ${width} by ${height} pixels; neither side may have more than ${mostPixels}.`
}
