import { Form, Ground, Rod, times, variant, type Illustration } from './kit.tsx'
import { clay, iron, wood } from './materials.ts'

/** Partly rolled, so that it reads as a rug and not as a floor. */
export const rug: Illustration = (p) => (
  <>
    <Ground x={196} rx={158} y={314} ry={18} />
    <g stroke={clay.deep} stroke-width="3.5" stroke-linecap="round">
      {times(27).map((n) => (
        <path d={`M${40 + n * 11.4} 318 l-2 16`} />
      ))}
    </g>
    <Form d="M86 172 H318 L346 320 H34 Z" fill={p.base}>
      <path d="M84 188 H322 L324 198 H80ZM42 284 H340 L342 296 H40Z" fill={p.pale} />
      <path d="M82 203 H325 L326 207 H80ZM45 273 H338 L339 277 H44Z" fill={clay.pale} opacity="0.8" />
      {variant(p, 2) === 0
        ? times(5).map((n) => (
            <g transform={`translate(${88 + n * 54} 240)`}>
              <path d="M0 -24 L22 0 L0 24 L-22 0Z" fill={p.dark} />
              <path d="M0 -14 L13 0 L0 14 L-13 0Z" fill={p.pale} />
            </g>
          ))
        : times(6).map((n) => (
            <path
              d={`M40 ${216 + n * 10} Q90 ${208 + n * 10} 140 ${216 + n * 10} T240 ${216 + n * 10} T360 ${216 + n * 10}`}
              fill="none"
              stroke={n % 2 ? p.pale : p.dark}
              stroke-width="4"
            />
          ))}
      <path d="M86 168 H318 L322 184 H82Z" class="art-shade" opacity="0.22" />
    </Form>
    <Form d="M84 132 H320 V170 Q320 178 312 178 H92 Q84 178 84 170 Z" fill={p.dark} sheen="fall">
      <path d="M84 132 H320 V142 H84Z" fill={p.base} />
    </Form>
    <ellipse cx="320" cy="155" rx="15" ry="23" fill={clay.base} />
    <g fill="none" stroke={p.deep} stroke-width="3">
      <ellipse cx="320" cy="155" rx="10" ry="16" />
      <ellipse cx="320" cy="155" rx="4.5" ry="8" />
    </g>
    <path d="M84 132 a14 23 0 0 0 0 46Z" fill={p.base} />
  </>
)

export const cushion: Illustration = (p) => (
  <>
    <Ground rx={124} y={320} ry={16} />
    <g transform="rotate(-6 200 210)">
      <Form
        d="M78 92 Q90 82 110 94 Q200 112 292 92 Q316 82 324 96 Q330 108 320 128 Q302 206 322 288 Q330 310 318 322 Q306 330 288 320 Q200 302 112 322 Q88 332 78 318 Q70 306 82 286 Q100 206 80 128 Q70 106 78 92 Z"
        fill={p.base}
        sheen="ball"
      >
        {variant(p, 3) === 0
          ? times(7).map((n) => (
              <path d={`M60 ${112 + n * 32} H340 V${122 + n * 32} H60Z`} fill={p.pale} opacity="0.75" />
            ))
          : null}
        {variant(p, 3) === 1 ? (
          <g fill="none" stroke={p.light} stroke-width="4" opacity="0.9">
            {times(11).map((n) => (
              <>
                <path d={`M${-60 + n * 48} 60 L${160 + n * 48} 360`} />
                <path d={`M${460 - n * 48} 60 L${240 - n * 48} 360`} />
              </>
            ))}
          </g>
        ) : null}
        {variant(p, 3) === 2 ? (
          <>
            <path d="M60 60 H190 V340 H60Z" fill={p.dark} opacity="0.6" />
            <path d="M190 60 V340" stroke={p.pale} stroke-width="4" stroke-dasharray="10 7" />
          </>
        ) : null}
      </Form>
      <path
        d="M96 106 Q116 116 136 120M304 106 Q286 118 272 120M98 304 Q116 296 138 292M304 304 Q286 294 270 292"
        stroke={p.deep}
        stroke-width="4"
        stroke-linecap="round"
        fill="none"
        opacity="0.55"
      />
    </g>
  </>
)

export const blanket: Illustration = (p) => (
  <>
    <Ground rx={138} y={318} ry={16} />
    {times(3).map((n) => (
      <>
        <Form
          d={`M${72 + n * 5} ${262 - n * 52} Q${58 + n * 5} ${262 - n * 52} ${58 + n * 5} ${290 - n * 52} Q${58 + n * 5} ${318 - n * 52} ${74 + n * 5} ${318 - n * 52} H${326 - n * 5} Q${344 - n * 5} ${316 - n * 52} ${344 - n * 5} ${290 - n * 52} Q${344 - n * 5} ${262 - n * 52} ${328 - n * 5} ${262 - n * 52} Z`}
          fill={n === 1 ? p.dark : p.base}
          sheen="fall"
        >
          {variant(p, 2) === 0 ? (
            <path
              d={`M40 ${284 - n * 52} H360 V${290 - n * 52} H40ZM40 ${296 - n * 52} H360 V${299 - n * 52} H40Z`}
              fill={p.pale}
              opacity="0.8"
            />
          ) : (
            times(13).map((k) => (
              <path d={`M${66 + k * 24} ${250 - n * 52} v80`} stroke={p.light} stroke-width="7" opacity="0.6" />
            ))
          )}
        </Form>
        <path
          d={`M${84 + n * 5} ${290 - n * 52} H${326 - n * 5}`}
          stroke={p.deep}
          stroke-width="3"
          opacity={variant(p, 2) === 0 ? 0 : 0.4}
        />
      </>
    ))}
    <Form d="M212 150 Q256 142 314 152 L318 272 Q292 282 266 274 Q240 282 214 274 Z" fill={p.light} sheen="plane">
      {variant(p, 2) === 0 ? <path d="M200 232H330V240H200ZM200 248H330V252H200Z" fill={p.dark} opacity="0.7" /> : null}
      {variant(p, 2) === 1
        ? times(5).map((k) => <path d={`M${222 + k * 24} 140v150`} stroke={p.base} stroke-width="7" opacity="0.7" />)
        : null}
    </Form>
    <g stroke={p.base} stroke-width="4" stroke-linecap="round">
      {times(13).map((n) => (
        <path d={`M${218 + n * 8} ${275 + (n % 2)} v13`} />
      ))}
    </g>
  </>
)

export const bedLinen: Illustration = (p) => (
  <>
    <Ground rx={160} y={332} ry={18} />
    <Form d="M40 132 Q40 116 56 116 H344 Q360 116 360 132 V250 H40 Z" fill={wood.base} sheen="fall" />
    <path d="M40 250 H360 V318 H40Z" fill={wood.dark} />
    <path d="M50 316 h16 v16 h-16zM334 316 h16 v16 h-16z" fill={wood.deep} />
    <path d="M46 214 H354 V300 H46Z" fill={clay.pale} />
    {[62, 208].map((x, n) => (
      <Form
        d={`M${x} 172 Q${x - 6} 156 ${x + 16} 158 Q${x + 64} 152 ${x + 114} 158 Q${x + 136} 156 ${x + 130} 174 Q${x + 124} 198 ${x + 132} 220 Q${x + 66} 230 ${x - 2} 220 Q${x + 6} 198 ${x} 172Z`}
        fill={n === 0 ? clay.pale : p.light}
        sheen="plane"
      />
    ))}
    <Form
      d="M34 246 Q120 226 200 232 Q290 226 366 246 L372 312 Q330 324 290 314 Q250 326 200 316 Q150 326 110 314 Q66 324 28 312 Z"
      fill={p.base}
      sheen="fall"
    >
      {variant(p, 2) === 0
        ? times(12).map((n) => (
            <path d={`M${20 + n * 32} 216 L${8 + n * 34} 340`} stroke={p.pale} stroke-width="4" opacity="0.8" />
          ))
        : null}
      <path
        d="M120 236 Q132 280 116 330 H140 Q150 280 138 236ZM262 236 Q256 280 270 330 H292 Q280 280 286 236Z"
        fill={p.deep}
        opacity="0.28"
      />
    </Form>
    <path
      d="M34 246 Q120 226 200 232 Q290 226 366 246 L368 266 Q290 248 200 254 Q120 248 32 266Z"
      fill={variant(p, 2) === 0 ? clay.pale : p.pale}
    />
  </>
)

export const towel: Illustration = (p) => (
  <>
    <Ground rx={112} y={322} ry={14} />
    {[p.dark, p.base, clay.base, p.light].map((fill, n) => (
      <Form
        d={`M98 ${276 - n * 46} H304 V${322 - n * 46} H98 Q80 ${320 - n * 46} 80 ${299 - n * 46} Q80 ${278 - n * 46} 98 ${276 - n * 46}Z`}
        fill={fill}
        sheen="fall"
      >
        {variant(p, 2) === 0 && n !== 2 ? (
          <path d={`M256 ${270 - n * 46} h10 v60 h-10zM274 ${270 - n * 46} h5 v60 h-5z`} fill={p.pale} opacity="0.85" />
        ) : null}
        {n === 2 ? <path d="M256 180 h10 v60 h-10z" fill={p.base} /> : null}
        <path d={`M98 ${299 - n * 46} H310`} class="art-shade-line" stroke-width="3" opacity="0.35" />
      </Form>
    ))}
    {times(4).map((n) => (
      <path
        d={`M304 ${280 - n * 46} q10 6 0 18 q10 6 0 20`}
        fill="none"
        stroke={n === 2 ? clay.deep : p.deep}
        stroke-width="4"
        stroke-linecap="round"
      />
    ))}
    <Form d="M236 138 Q270 126 300 136 L304 196 Q268 206 238 196Z" fill={clay.pale} sheen="plane" />
    <path d="M246 150h44M246 160h44" stroke={p.base} stroke-width="3" />
  </>
)

export const basket: Illustration = (p) => (
  <>
    <Ground rx={112} />
    <Rod d="M104 182 C84 110 140 104 144 176" colour={p.deep} width={13} />
    <Rod d="M104 180 C86 112 138 106 142 174" colour={p.base} width={9} light={p.light} />
    <ellipse cx="200" cy="186" rx="122" ry="30" fill={p.deep} />
    <Form
      d="M106 186 Q120 128 170 142 Q196 112 240 136 Q284 128 296 188 Q200 218 106 186Z"
      fill={clay.base}
      sheen="fall"
    >
      <path d="M170 142 Q176 170 160 200M240 136 Q232 170 246 200" stroke={clay.deep} stroke-width="4" fill="none" />
    </Form>
    <Form
      d="M78 188 Q86 206 200 212 Q314 206 322 188 L298 304 Q294 322 270 323 H130 Q106 322 102 304 Z"
      fill={p.base}
      sheen="round"
    >
      {times(7).map((row) =>
        times(13).map((n) => (
          <path
            d={`M${74 + n * 20 + (row % 2) * 10} ${206 + row * 18} q10 7 20 0 v13 q-10 7 -20 0Z`}
            fill={(n + row) % 2 ? p.dark : p.light}
            opacity="0.62"
          />
        )),
      )}
      {variant(p, 2) === 0 ? <path d="M60 262 Q200 290 340 262 V340 H60Z" fill={clay.pale} opacity="0.75" /> : null}
    </Form>
    <path d="M78 186 Q84 210 200 215 Q316 210 322 186 L319 202 Q304 226 200 230 Q96 226 81 202Z" fill={p.light} />
    <path
      d="M82 200 Q104 226 200 229 Q296 226 318 200"
      fill="none"
      stroke={p.dark}
      stroke-width="3"
      stroke-dasharray="12 8"
    />
    <Rod d="M256 200 C262 128 320 132 300 194" colour={p.deep} width={13} />
    <Rod d="M256 198 C264 130 316 134 298 192" colour={p.base} width={9} light={p.light} />
    <circle cx="258" cy="206" r="4" fill={iron.base} />
    <circle cx="299" cy="200" r="4" fill={iron.base} />
  </>
)
