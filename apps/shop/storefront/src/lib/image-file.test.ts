/// <reference types="node" />
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { imageMistake, pixelMistake } from './image-file.ts'

test('a picture is a PNG, JPEG or WebP of at most one megabyte', () => {
  for (const type of ['image/png', 'image/jpeg', 'image/webp']) {
    assert.equal(imageMistake({ type, size: 1_048_576 }), undefined)
    assert.match(imageMistake({ type, size: 1_048_577 }) ?? '', /has 1\.1 MB/)
  }
  assert.match(imageMistake({ type: 'image/svg+xml', size: 10 }) ?? '', /PNG, JPEG or WebP/)
  assert.match(imageMistake({ type: 'image/png', size: 0 }) ?? '', /empty/)
})

test('a picture is at most 4096 pixels a side', () => {
  assert.equal(pixelMistake({ width: 4096, height: 4096 }), undefined)
  assert.match(pixelMistake({ width: 10, height: 4097 }) ?? '', /10 by 4097/)
})
