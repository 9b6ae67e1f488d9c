import { Form, Ground, LeggedGround, Rod, times, variant, type Illustration, type Paint } from './kit.tsx'
import { brass, clay, iron, leaf, walnut, wood } from './materials.ts'
import type { Ramp } from './colour.ts'

function legsOf(paint: Paint): Ramp {
  return [wood, walnut, iron][variant(paint, 3, 5)] ?? wood
}

export const chair: Illustration = (p) => {
  const legs = legsOf(p)
  return (
    <>
      <LeggedGround
        rx={112}
        y={334}
        feet={[
          [104, 350],
          [140, 321],
          [284, 321],
          [306, 348],
        ]}
      />
      <Rod d="M152 240 L140 316" colour={legs.deep} width={12} />
      <Rod d="M262 236 L284 316" colour={legs.deep} width={12} />
      {variant(p, 2) === 0 ? (
        <>
          <Rod d="M132 224 L118 84" colour={legs.base} width={13} light={legs.light} />
          <Rod d="M266 218 L276 84" colour={legs.dark} width={13} light={legs.base} />
          <Form d="M108 78 Q196 56 288 78 L284 142 Q196 124 114 142 Z" fill={p.base} sheen="round" />
          {times(3).map((n) => (
            <path
              d={`M${160 + n * 36} 134 L${164 + n * 33} 220`}
              stroke={legs.dark}
              stroke-width="8"
              stroke-linecap="round"
            />
          ))}
        </>
      ) : (
        <Form
          d="M112 84 Q116 62 146 60 Q196 54 250 60 Q280 62 284 84 L274 226 Q196 206 126 226 Z"
          fill={p.base}
          sheen="round"
        >
          <path d="M126 206 Q196 188 276 206 V240H120Z" fill={p.dark} opacity="0.5" />
        </Form>
      )}
      <Form
        d="M112 226 Q116 210 140 208 L258 204 Q280 204 288 220 L304 250 Q306 264 288 266 L116 272 Q98 272 99 258 Z"
        fill={p.base}
        sheen="plane"
      />
      <path
        d="M99 258 Q98 272 116 272 L288 266 Q306 264 304 250 V262 Q304 276 288 278 L116 285 Q98 284 99 270Z"
        fill={p.deep}
      />
      <Rod d="M118 280 L104 344" colour={legs.base} width={14} light={legs.light} />
      <Rod d="M286 276 L306 342" colour={legs.base} width={14} light={legs.light} />
    </>
  )
}

export const stool: Illustration = (p) => {
  const legs = legsOf(p)
  const upholstered = variant(p, 2) === 0
  return (
    <>
      <LeggedGround
        rx={108}
        y={336}
        feet={[
          [108, 350],
          [160, 324],
          [244, 324],
          [294, 350],
        ]}
      />
      <Rod d="M172 190 L160 318" colour={legs.deep} width={13} />
      <Rod d="M230 190 L244 318" colour={legs.deep} width={13} />
      <path d="M138 270 H264" stroke={legs.dark} stroke-width="10" />
      <Rod d="M136 188 L108 344" colour={legs.base} width={15} light={legs.light} />
      <Rod d="M264 188 L294 344" colour={legs.dark} width={15} light={legs.base} />
      {upholstered ? (
        <>
          <Form d="M98 150 H302 V176 Q302 202 200 204 Q98 202 98 176 Z" fill={p.base} sheen="round" />
          <path d="M99 182 Q120 202 200 203 Q280 202 301 182" fill="none" stroke={p.deep} stroke-width="4" />
          <ellipse cx="200" cy="150" rx="102" ry="25" fill={p.light} />
          <circle cx="200" cy="152" r="5" fill={p.dark} />
        </>
      ) : (
        <>
          <Form d="M94 166 V182 Q100 206 200 208 Q300 206 306 182 V166 Z" fill={p.dark} sheen="round" />
          <ellipse cx="200" cy="166" rx="106" ry="30" fill={p.base} />
          <ellipse cx="200" cy="166" rx="106" ry="30" fill="url(#art-plane)" />
          <g fill="none" stroke={p.dark} stroke-width="2" opacity="0.6">
            <ellipse cx="196" cy="166" rx="74" ry="19" />
            <ellipse cx="193" cy="166" rx="44" ry="11" />
            <ellipse cx="190" cy="166" rx="16" ry="4" />
          </g>
        </>
      )}
    </>
  )
}

export const table: Illustration = (p) => (
  <>
    {variant(p, 2) === 0 ? (
      <>
        <LeggedGround
          rx={140}
          y={326}
          feet={[
            [60, 345],
            [104, 312],
            [296, 312],
            [342, 345],
          ]}
        />
        <Rod d="M110 220 L104 306" colour={p.deep} width={15} />
        <Rod d="M290 220 L296 306" colour={p.deep} width={15} />
        <path d="M70 204 H330 L326 232 H74Z" fill={p.deep} />
        <Rod d="M74 216 L60 338" colour={p.dark} width={18} light={p.base} />
        <Rod d="M326 216 L342 338" colour={p.dark} width={18} light={p.base} />
        <path d="M34 196 L36 212 H364 L366 196Z" fill={p.dark} />
        <Form d="M86 154 H314 L366 198 H34 Z" fill={p.base} sheen="plane">
          <g stroke={p.dark} stroke-width="2" opacity="0.55" fill="none">
            <path d="M70 168 H340 M56 182 Q200 176 356 184 M180 160 Q240 164 330 162" />
          </g>
        </Form>
      </>
    ) : (
      <>
        <Ground rx={96} y={338} />
        <Form d="M184 206 H216 L222 316 H178 Z" fill={p.dark} sheen="round" />
        <Form d="M112 332 Q120 312 178 308 H222 Q280 312 288 332 Q200 350 112 332Z" fill={p.dark} sheen="round" />
        <Form d="M40 186 V198 Q52 232 200 234 Q348 232 360 198 V186 Z" fill={p.dark} sheen="round" />
        <ellipse cx="200" cy="186" rx="160" ry="42" fill={p.base} />
        <ellipse cx="200" cy="186" rx="160" ry="42" fill="url(#art-plane)" />
        <path
          d="M64 178 Q200 168 336 178M92 202 Q200 194 310 202"
          stroke={p.dark}
          stroke-width="2"
          fill="none"
          opacity="0.5"
        />
      </>
    )}
    <ellipse cx="222" cy="186" rx="40" ry="8" fill="url(#art-contact)" />
    <Form d="M178 130 Q178 178 204 183 Q230 178 230 130 Z" fill={clay.base} sheen="round" />
    <ellipse cx="204" cy="130" rx="26" ry="6" fill={clay.deep} />
    <g fill={leaf.base}>
      <path d="M204 130 Q186 96 196 66 Q214 96 204 130Z" />
      <path d="M204 130 Q222 108 246 96 Q238 124 204 130Z" fill={leaf.light} />
      <path d="M204 130 Q182 118 166 100 Q172 126 204 130Z" fill={leaf.dark} />
    </g>
  </>
)

export const shelf: Illustration = (p) => (
  <>
    <Ground rx={110} y={344} ry={12} />
    <path d="M96 66 H312 V344 H96Z" fill={p.deep} />
    <path d="M104 74 H304 V338 H104Z" fill={p.dark} opacity="0.75" />
    {[74, 160, 248].map((y) => (
      <path d={`M104 ${y} H304 V${y + 14} H104Z`} class="art-shade" opacity="0.18" />
    ))}
    {/* Books, a vase and a box: a shelf with nothing on it looks like a ladder. */}
    {[
      [112, 98, 16, 50, '#8c4a3c'],
      [130, 92, 13, 56, '#d9c9a8'],
      [145, 102, 18, 46, '#47605c'],
      [165, 96, 12, 52, '#c79a4b'],
    ].map(([x, y, w, h, fill]) => (
      <>
        <path d={`M${x} ${y} h${w} v${h} h-${w}Z`} fill={String(fill)} />
        <path d={`M${x} ${Number(y) + 8} h${w} v4 h-${w}Z`} fill="#fff" opacity="0.4" />
      </>
    ))}
    <Form d="M236 148 Q222 132 238 116 V104 H262 V116 Q278 132 264 148 Z" fill={clay.base} sheen="round" />
    <Form d="M116 196 H188 V236 H116Z" fill={wood.light} sheen="plane" />
    <path d="M142 208h20v7h-20z" fill={wood.deep} />
    <path d="M214 232h70v4h-70zM220 222h60v10h-60zM226 214h50v8h-50z" fill="#8a9a8b" />
    <path d="M220 222h60v4h-60z" fill="#c8b79a" />
    <Form d="M212 324 Q204 290 226 284 H270 Q292 290 284 324Z" fill="#d9c9a8" sheen="round" />
    <g fill={leaf.base}>
      <path d="M146 300 Q118 290 114 268 Q144 274 146 300ZM150 300 Q176 288 182 264 Q152 272 150 300Z" />
      <path d="M148 302 Q136 274 150 254 Q162 276 148 302Z" fill={leaf.light} />
    </g>
    <Form d="M126 298 H172 L166 324 H132Z" fill={clay.dark} sheen="round" />
    {[60, 148, 236, 324].map((y) => (
      <>
        <path d={`M88 ${y} H316 V${y + 14} H88Z`} fill={p.base} />
        <path d={`M88 ${y} H316 V${y + 4} H88Z`} fill={p.light} />
      </>
    ))}
    <path d="M86 56 H102 V346 H86Z" fill={p.light} />
    <path d="M98 56 H102 V346 H98Z" fill={p.dark} />
    <path d="M302 56 H318 V346 H302Z" fill={p.base} />
    <path d="M314 56 H318 V346 H314Z" fill={p.dark} />
  </>
)

export const sofa: Illustration = (p) => {
  const legs = legsOf(p)
  return (
    <>
      <Ground rx={166} y={330} ry={18} />
      {[70, 330].map((x) => (
        <Rod d={`M${x} 304 L${x < 200 ? x - 6 : x + 6} 330`} colour={legs.base} width={12} light={legs.light} />
      ))}
      <Form d="M62 178 Q62 140 98 138 H302 Q338 140 338 178 V260 H62 Z" fill={p.base} sheen="fall" />
      <path d="M200 142 V244" stroke={p.deep} stroke-width="4" opacity="0.7" />
      <Form d="M70 232 Q70 216 90 216 H196 V262 H70 Z" fill={p.light} sheen="fall" />
      <Form d="M204 216 H310 Q330 216 330 232 V262 H204 Z" fill={p.light} sheen="fall" />
      <path d="M60 258 H340 V300 Q340 308 330 308 H70 Q60 308 60 300Z" fill={p.dark} />
      <path d="M60 258 H340 V266 H60Z" fill={p.deep} />
      <Form
        d="M30 220 Q30 196 54 196 Q80 196 80 220 V296 Q80 310 66 310 H44 Q30 310 30 296 Z"
        fill={p.base}
        sheen="round"
      />
      <Form
        d="M320 220 Q320 196 346 196 Q370 196 370 220 V296 Q370 310 356 310 H334 Q320 310 320 296 Z"
        fill={p.base}
        sheen="round"
      />
      {variant(p, 3) === 0 ? null : (
        <g transform="rotate(-9 122 196)">
          <Form
            d="M92 168 Q122 176 152 168 Q146 196 152 226 Q122 218 92 226 Q98 196 92 168Z"
            fill={variant(p, 3) === 1 ? clay.base : brass.base}
            sheen="plane"
          />
        </g>
      )}
    </>
  )
}
