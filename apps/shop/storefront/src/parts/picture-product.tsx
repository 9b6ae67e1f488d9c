import type { VNode } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { isProblem } from '../api/problem.ts'
import { merchant } from '../api/merchant.ts'
import { imageMistake, imageTypes, pixelMistake } from '../lib/image-file.ts'
import { useAction } from '../lib/use-action.ts'
import { announce } from '../state/notices.ts'
import { Confirm } from './confirm.tsx'
import type { ProductSectionProps } from './edit-product.tsx'
import { Mistake } from './field.tsx'
import { focusHeading } from './heading.tsx'
import { Picture } from './picture.tsx'
import { ProductFailure } from './product-failure.tsx'

interface Chosen {
  readonly file: File
  readonly pixels: ImageBitmap
}

/** The picture: chosen, looked at, and only then sent. */
export function PictureProduct({ product, onChange, onReload }: ProductSectionProps): VNode {
  const { chosen, mistake, choose, clear } = useChosen()
  const upload = useAction(async (file: File) => {
    onChange(await merchant.setImage(product.id, product.version, file))
    clear()
    announce('The picture is in the shop')
    focusHeading()
  })
  const reload = async (): Promise<void> => {
    await onReload()
    upload.clear()
  }
  const pick = (input: HTMLInputElement): void => {
    upload.clear()
    void choose(input)
  }
  const told = mistake ?? (isProblem(upload.failure, 'SHOP_IMAGE_INVALID') ? upload.failure.message : undefined)
  return (
    <section class="panel" aria-labelledby="picture">
      <h2 id="picture">Picture</h2>
      <div class="picture-edit">
        <div class="picture-now">
          {chosen === undefined ? (
            <Picture productId={product.id} product={product} name={product.name} />
          ) : (
            <Preview pixels={chosen.pixels} name={chosen.file.name} />
          )}
        </div>
        <div class="stacked">
          <FileField
            label={product.imageHash === '' ? 'Choose a picture' : 'Choose another picture'}
            mistake={told}
            onPick={pick}
          />
          {chosen === undefined ? null : (
            <>
              <button
                type="button"
                class="button"
                aria-disabled={upload.busy}
                onClick={() => void upload.run(chosen.file)}
              >
                {upload.busy ? 'Sending' : 'Put this picture into the shop'}
              </button>
              <button type="button" class="button quiet-button" onClick={clear}>
                Not this one
              </button>
            </>
          )}
          {chosen !== undefined || product.imageHash === '' ? null : (
            <RemovePicture product={product} onChange={onChange} />
          )}
        </div>
      </div>
      {upload.failure === undefined || told !== undefined ? null : (
        <ProductFailure error={upload.failure} onReload={reload} />
      )}
    </section>
  )
}

interface FileFieldProps {
  readonly label: string
  readonly mistake: string | undefined
  readonly onPick: (input: HTMLInputElement) => void
}

function FileField({ label, mistake, onPick }: FileFieldProps): VNode {
  const id = useId()
  return (
    <div class={mistake === undefined ? 'field' : 'field wrong'}>
      <label for={id}>{label}</label>
      <input
        id={id}
        type="file"
        accept={imageTypes}
        aria-invalid={mistake !== undefined}
        aria-describedby={mistake === undefined ? `${id}-hint` : `${id}-hint ${id}-mistake`}
        onChange={(event) => onPick(event.currentTarget)}
      />
      <p class="hint" id={`${id}-hint`}>
        PNG, JPEG or WebP, at most 1 MB and 4096 pixels a side. It is shown as a square.
      </p>
      <Mistake id={`${id}-mistake`} text={mistake} />
    </div>
  )
}

function RemovePicture({ product, onChange }: Omit<ProductSectionProps, 'onReload'>): VNode {
  const remove = async (): Promise<boolean> => {
    onChange(await merchant.removeImage(product.id, product.version))
    announce('The picture is gone')
    return true
  }
  return (
    <Confirm
      ask="Take the picture away"
      title="Take the picture away?"
      action="Take it away"
      keep="Keep it"
      onConfirm={remove}
    >
      <p>Customers see the drawing again.</p>
    </Confirm>
  )
}

/** The file that was chosen, once it has turned out to be a picture that can be used. */
function useChosen() {
  const [chosen, setChosen] = useState<Chosen>()
  const [mistake, setMistake] = useState<string>()
  const field = useRef<HTMLInputElement>(undefined)
  const clear = (): void => {
    setChosen(undefined)
    setMistake(undefined)
    // The same file can be chosen again.
    if (field.current !== undefined) field.current.value = ''
  }
  const choose = async (input: HTMLInputElement): Promise<void> => {
    field.current = input
    const file = input.files?.[0]
    setChosen(undefined)
    setMistake(undefined)
    if (file === undefined) return
    const wrong = imageMistake(file)
    if (wrong !== undefined) return setMistake(wrong)
    try {
      const pixels = await createImageBitmap(file)
      // Another one was chosen while this one was decoded.
      if (input.files?.[0] !== file) return
      const tooLarge = pixelMistake(pixels)
      if (tooLarge === undefined) setChosen({ file, pixels })
      else setMistake(tooLarge)
    } catch {
      setMistake('This file is not a picture, or it is damaged.')
    }
  }
  return { chosen, mistake, choose, clear }
}

const side = 800

/** Painted onto a canvas: the page's content policy lets no picture in that the shop has not served. */
function Preview({ pixels, name }: { pixels: ImageBitmap; name: string }): VNode {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (context === null || context === undefined) return
    context.imageSmoothingQuality = 'high'
    const cut = Math.min(pixels.width, pixels.height)
    const [left, top] = [(pixels.width - cut) / 2, (pixels.height - cut) / 2]
    context.clearRect(0, 0, side, side)
    context.drawImage(pixels, left, top, cut, cut, 0, 0, side, side)
  }, [pixels])
  return <canvas ref={canvas} class="photo" width={side} height={side} role="img" aria-label={`Preview of ${name}`} />
}
