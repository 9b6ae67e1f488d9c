import { Form, Ground, Rod, times, variant, type Illustration } from './kit.tsx'
import { clay, wood } from './materials.ts'

const cup = 'M112 148 L119 292 Q121 318 148 322 Q188 328 228 322 Q255 318 257 292 L264 148 Z'

export const mug: Illustration = (p) => (
  <>
    <Ground rx={96} />
    <Rod d="M258 186 C324 172 330 280 250 276" colour={p.dark} width={25} />
    <Rod d="M258 184 C320 172 326 276 250 272" colour={p.base} width={19} light={p.light} />
    <Form d={cup} fill={variant(p, 3) === 0 ? clay.base : p.base} sheen="round">
      {variant(p, 3) === 0 ? (
        <path d="M100 130H280V246Q262 262 244 250Q222 236 200 252Q176 268 152 250Q130 238 100 254Z" fill={p.base} />
      ) : null}
      {variant(p, 3) === 1 ? (
        <g fill="none" stroke={p.pale} stroke-width="7">
          <path d="M108 238 Q188 258 270 238" />
          <path d="M108 258 Q188 278 270 258" />
        </g>
      ) : null}
      {variant(p, 3) === 2
        ? times(26).map((n) => (
            <circle
              cx={112 + ((n * 53) % 150)}
              cy={176 + ((n * 37) % 138)}
              r={1.6 + (n % 3)}
              fill={p.deep}
              opacity="0.55"
            />
          ))
        : null}
    </Form>
    <ellipse cx="188" cy="148" rx="76" ry="18" fill={p.light} />
    <ellipse cx="188" cy="149" rx="68" ry="14" fill={p.deep} />
    <ellipse cx="188" cy="154" rx="61" ry="10" fill="#5b3a26" />
    <path d="M134 154 Q150 145 188 144" fill="none" stroke="#8a5d3d" stroke-width="3" stroke-linecap="round" />
  </>
)

export const plate: Illustration = (p) => (
  <>
    <Ground rx={140} y={variant(p, 2) === 0 ? 318 : 304} ry={variant(p, 2) === 0 ? 16 : 13} />
    {times(variant(p, 2) === 0 ? 3 : 1)
      .toReversed()
      .map((n) => (
        <Form
          d={`M52 ${262 + n * 17} Q56 ${292 + n * 15} 150 ${302 + n * 9} Q200 ${306 + n * 8} 250 ${302 + n * 9} Q344 ${292 + n * 15} 348 ${262 + n * 17} Z`}
          fill={n === 1 ? clay.base : p.dark}
          sheen="round"
        />
      ))}
    <ellipse cx="200" cy="256" rx="148" ry="47" fill={p.base} />
    <ellipse cx="200" cy="256" rx="148" ry="47" fill="url(#art-plane)" />
    <ellipse cx="200" cy="254" rx="144" ry="44" fill="none" stroke={p.pale} stroke-width="3" opacity="0.8" />
    <ellipse cx="200" cy="259" rx="100" ry="29" fill={p.dark} />
    <ellipse cx="202" cy="262" rx="97" ry="26" fill={p.light} />
    <path
      d="M74 244 Q110 216 190 214"
      fill="none"
      stroke="#fff"
      stroke-opacity="0.5"
      stroke-width="5"
      stroke-linecap="round"
    />
    {variant(p, 2) === 0 ? (
      <g fill="none" stroke={p.dark} stroke-width="2.5" opacity="0.7">
        <ellipse cx="202" cy="262" rx="70" ry="18" />
        <ellipse cx="202" cy="262" rx="42" ry="10" />
      </g>
    ) : (
      <ellipse cx="200" cy="256" rx="124" ry="38" fill="none" stroke={p.deep} stroke-width="3" />
    )}
  </>
)

export const bowl: Illustration = (p) => (
  <>
    <Ground rx={98} />
    <Form d="M150 300 L157 324 Q200 331 243 324 L250 300 Z" fill={p.dark} sheen="round" />
    <Form d="M66 190 Q74 292 150 310 Q200 318 250 310 Q326 292 334 190 Z" fill={p.base} sheen="round">
      {variant(p, 2) === 0 ? (
        <path d="M50 180 H350 V214 Q290 246 200 246 Q110 246 50 214Z" fill={p.pale} />
      ) : (
        <g fill="none" stroke={p.dark} stroke-width="3" opacity="0.8">
          {times(5).map((n) => (
            <path d={`M60 ${212 + n * 20} Q200 ${262 + n * 16} 340 ${212 + n * 20}`} />
          ))}
        </g>
      )}
    </Form>
    <ellipse cx="200" cy="190" rx="134" ry="36" fill={p.light} />
    <ellipse cx="200" cy="193" rx="124" ry="30" fill={p.deep} />
    <Form d="M76 193 A124 30 0 0 0 324 193 A124 30 0 0 0 76 193Z" fill={p.dark}>
      <ellipse cx="218" cy="212" rx="112" ry="34" fill={p.base} />
      <ellipse cx="236" cy="222" rx="80" ry="24" fill={p.light} />
    </Form>
  </>
)

export const glass: Illustration = (p) => (
  <>
    <Ground rx={118} />
    {[
      { x: 126, top: 118, w: 54 },
      { x: 266, top: 172, w: 58 },
    ].map(({ x, top, w }) => (
      <>
        <path
          d={`M${x - w} ${top} L${x - w + 12} 306 Q${x - w + 14} 322 ${x} 324 Q${x + w - 14} 322 ${x + w - 12} 306 L${x + w} ${top} Z`}
          fill="url(#art-glass)"
        />
        <Form
          d={`M${x - w + 4} ${top + 64} L${x - w + 19} 300 Q${x - w + 22} 310 ${x} 312 Q${x + w - 22} 310 ${x + w - 19} 300 L${x + w - 4} ${top + 64} Z`}
          fill={p.base}
          sheen="round"
        />
        <ellipse cx={x} cy={top + 64} rx={w - 4} ry="10" fill={p.light} />
        <ellipse
          cx={x}
          cy={top}
          rx={w}
          ry="12"
          fill="#fff"
          fill-opacity="0.32"
          stroke="#fff"
          stroke-opacity="0.9"
          stroke-width="3"
        />
        {variant(p, 2) === 0 ? (
          <g stroke="#fff" stroke-opacity="0.35" stroke-width="3" stroke-linecap="round">
            {times(5).map((n) => (
              <path d={`M${x - w + 24 + n * (w / 2.8)} ${top + 84} L${x - w + 31 + n * (w / 3.2)} 296`} />
            ))}
          </g>
        ) : null}
        <path
          d={`M${x - w + 13} ${top + 24} L${x - w + 25} 286`}
          stroke="#fff"
          stroke-opacity="0.85"
          stroke-width="6"
          stroke-linecap="round"
        />
        <path
          d={`M${x + w - 10} ${top + 18} L${x + w - 20} 292`}
          stroke="#fff"
          stroke-opacity="0.35"
          stroke-width="4"
          stroke-linecap="round"
        />
      </>
    ))}
  </>
)

export const teapot: Illustration = (p) => (
  <>
    <Ground rx={112} />
    <Form d="M104 226 C70 218 76 168 46 154 L70 142 C108 154 110 196 138 206 Z" fill={p.base} sheen="fall" />
    <ellipse cx="58" cy="148" rx="13" ry="6" transform="rotate(-26 58 148)" fill={p.deep} />
    <Rod d="M276 180 C356 158 366 270 272 278" colour={variant(p, 2) === 0 ? wood.dark : p.dark} width={19} />
    <Rod
      d="M276 178 C352 158 362 266 272 274"
      colour={variant(p, 2) === 0 ? wood.base : p.base}
      width={14}
      light={variant(p, 2) === 0 ? wood.light : p.light}
    />
    <Form
      d="M96 234 C96 172 146 146 196 146 C246 146 298 172 298 234 C298 286 262 318 238 322 Q196 328 156 322 C132 318 96 286 96 234 Z"
      fill={p.base}
      sheen="ball"
    >
      {variant(p, 2, 1) === 0 ? <path d="M80 262 Q196 296 312 262 V340 H80Z" fill={p.dark} opacity="0.75" /> : null}
      {variant(p, 2, 1) === 1 ? (
        <path d="M90 210 Q196 240 304 210" fill="none" stroke={p.pale} stroke-width="6" />
      ) : null}
    </Form>
    <path d="M140 160 Q196 180 254 160 Q250 142 196 138 Q144 142 140 160Z" fill={p.deep} />
    <Form d="M142 154 Q150 126 196 122 Q244 126 252 154 Q196 172 142 154Z" fill={p.light} sheen="round" />
    <Form
      d="M183 126 Q182 112 178 102 Q196 90 216 102 Q210 112 210 126 Q196 130 183 126Z"
      fill={variant(p, 2) === 0 ? wood.base : p.base}
      sheen="round"
    />
    <path
      d="M122 208 Q130 184 152 172"
      fill="none"
      stroke="#fff"
      stroke-opacity="0.55"
      stroke-width="8"
      stroke-linecap="round"
    />
  </>
)

export const storageJar: Illustration = (p) => (
  <>
    <Ground rx={118} />
    <Form
      d="M218 196 Q210 202 210 216 V302 Q212 320 232 322 Q272 328 312 322 Q330 320 332 302 V216 Q332 202 324 196 Z"
      fill={p.base}
      sheen="round"
    >
      <rect x="236" y="238" width="62" height="44" rx="4" fill={clay.pale} />
      <path d="M248 256H286M254 268H280" stroke={clay.deep} stroke-width="4" stroke-linecap="round" />
    </Form>
    <Form
      d="M208 186 Q208 178 216 176 Q270 166 326 176 Q334 178 334 186 V198 Q270 212 208 198 Z"
      fill={wood.base}
      sheen="round"
    />
    <ellipse cx="271" cy="180" rx="58" ry="10" fill={wood.light} />
    <path
      d="M84 132 Q70 142 70 160 V300 Q72 320 94 322 Q132 328 172 322 Q194 320 196 300 V160 Q196 142 182 132 Z"
      fill="url(#art-glass)"
    />
    <Form
      d="M78 196 Q132 180 188 192 V298 Q186 312 170 314 Q132 320 96 314 Q80 312 78 298 Z"
      fill={variant(p, 2) === 0 ? p.pale : wood.pale}
      sheen="round"
    >
      {times(60).map((n) => (
        <ellipse
          cx={82 + ((n * 29) % 108)}
          cy={196 + ((n * 17) % 118)}
          rx="4.6"
          ry="2.6"
          transform={`rotate(${n * 47} ${82 + ((n * 29) % 108)} ${196 + ((n * 17) % 118)})`}
          fill={variant(p, 2) === 0 ? p.dark : wood.dark}
          opacity="0.5"
        />
      ))}
    </Form>
    <path d="M86 158 V288" stroke="#fff" stroke-opacity="0.8" stroke-width="7" stroke-linecap="round" />
    <Form
      d="M76 118 Q76 110 84 108 Q133 98 182 108 Q190 110 190 118 V132 Q133 146 76 132 Z"
      fill={wood.base}
      sheen="round"
    />
    <ellipse cx="133" cy="112" rx="52" ry="9" fill={wood.light} />
    <Form d="M119 108 Q118 92 133 92 Q148 92 147 108 Q133 113 119 108Z" fill={wood.dark} sheen="ball" />
  </>
)
