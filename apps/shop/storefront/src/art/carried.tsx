import { FlatShadow, Form, Ground, Rod, times, variant, type Illustration } from './kit.tsx'
import { brass, clay, iron, leaf, paper, steel, wood } from './materials.ts'

export const notebook: Illustration = (p) => (
  <>
    <g transform="rotate(-8 200 200)">
      <FlatShadow d="M104 78 H302 Q310 78 310 94 V312 Q310 320 302 320 H112 Q104 320 104 312Z" x={10} y={14} />
      <path d="M118 86 H302 Q310 86 310 94 V312 Q310 320 302 320 H118Z" fill={p.deep} />
      <path d="M112 82 H296 V312 H112Z" fill={paper.dark} />
      {times(4).map((n) => (
        <path d={`M296 ${84 + n} l${6 - n} 2 V${314 - n} H296Z`} fill={n % 2 ? paper.deep : paper.pale} />
      ))}
      <path d="M108 304 H298 V312 H108Z" fill={paper.pale} />
      <Form
        d="M102 82 Q102 74 110 74 H288 Q296 74 296 82 V298 Q296 306 288 306 H110 Q102 306 102 298 Z"
        fill={p.base}
        sheen="plane"
      >
        <path d="M90 60 H128 V320 H90Z" fill={p.dark} />
        <path d="M128 60 V320" stroke={p.deep} stroke-width="2" opacity="0.7" />
        {variant(p, 2) === 0 ? <path d="M262 60 h9 v260 h-9z" fill={p.deep} /> : null}
      </Form>
      {variant(p, 2) === 0 ? (
        <path d="M154 118 h72 M154 134 h44" stroke={p.pale} stroke-width="5" stroke-linecap="round" />
      ) : (
        <>
          <path d="M156 112 h104 v58 h-104z" fill={paper.light} />
          <path d="M172 132 h72 M172 148 h46" stroke={p.dark} stroke-width="4" stroke-linecap="round" />
        </>
      )}
      <path d="M166 304 V338 L174 328 L182 338 V304Z" fill={brass.base} />
    </g>
  </>
)

export const pen: Illustration = (p) => (
  <>
    <g transform="rotate(-35 200 190)">
      <FlatShadow
        d="M10 178 L58 158 H216 L220 152 H366 Q386 156 386 178 Q386 200 366 204 H220 L216 200 H58Z"
        x={-5}
        y={15}
      />
      <g transform="translate(0 58)">
        <FlatShadow d="M30 204 L74 190 H330 Q346 192 346 204 Q346 216 330 218 H74Z" x={-4} y={11} />
        <path d="M30 204 L74 190 H330 Q346 192 346 204 Q346 216 330 218 H74Z" fill={wood.base} />
        <path d="M74 190 H330 Q346 192 346 199 H74Z" fill={p.light} />
        <path d="M74 199 H346 Q346 210 330 211 H74Z" fill={p.base} />
        <path d="M74 211 H338 Q332 218 326 218 H74Z" fill={p.dark} />
        <path d="M44 200 L30 204 L44 208Z" fill={iron.base} />
        <path d="M44 200 L74 190 V199 L44 203Z" fill={wood.pale} />
      </g>
      <path d="M10 178 L58 160 V196 Z" fill={steel.base} />
      <path d="M10 178 L58 160 V176 L22 178 Z" fill={steel.pale} />
      <path d="M26 178 H58" stroke={iron.base} stroke-width="2.5" />
      <Form d="M56 156 H216 V200 H56 Q50 178 56 156Z" fill={variant(p, 2) === 0 ? p.base : iron.base} sheen="fall" />
      <path d="M206 152 H220 V204 H206Z" fill={brass.base} />
      <path d="M206 152 H220 V164 H206Z" fill={brass.pale} />
      <Form d="M220 152 H366 Q386 156 386 178 Q386 200 366 204 H220Z" fill={p.base} sheen="fall" />
      <path d="M378 166 H264 Q256 166 256 172 Q256 178 264 178 H378Z" fill={brass.base} />
      <path d="M378 166 H264 Q258 166 257 170 H378Z" fill={brass.pale} />
      <path d="M76 164 H196 M234 160 H360" stroke="#fff" stroke-opacity="0.5" stroke-width="5" stroke-linecap="round" />
    </g>
  </>
)

export const backpack: Illustration = (p) => (
  <>
    <Ground rx={104} y={332} />
    <Rod d="M168 84 C168 40 232 40 232 84" colour={p.deep} width={13} />
    <Rod d="M110 180 C76 200 80 270 104 300" colour={p.deep} width={18} />
    <Rod d="M290 180 C326 200 320 270 296 300" colour={p.deep} width={18} />
    <Form
      d="M104 168 C104 96 142 72 200 72 C258 72 296 96 296 168 V304 Q296 330 268 332 H132 Q104 330 104 304 Z"
      fill={p.base}
      sheen="round"
    />
    <Form
      d="M112 166 C112 106 146 84 200 84 C254 84 288 106 288 166 Q288 194 200 196 Q112 194 112 166Z"
      fill={p.light}
      sheen="fall"
    />
    <path d="M112 168 Q116 195 200 197 Q284 195 288 168" fill="none" stroke={p.deep} stroke-width="4" />
    <Form
      d="M128 230 Q128 220 138 220 H262 Q272 220 272 230 V300 Q272 314 258 314 H142 Q128 314 128 300 Z"
      fill={p.base}
      sheen="plane"
    />
    <path
      d="M128 236 Q128 220 138 220 H262 Q272 220 272 236 V300 Q272 314 258 314 H142 Q128 314 128 300Z"
      fill="none"
      stroke={p.deep}
      stroke-width="4"
    />
    <path d="M140 244 H260" stroke={p.deep} stroke-width="5" stroke-dasharray="7 4" />
    {(variant(p, 2) === 0 ? [158, 242] : [200]).map((x) => (
      <>
        <path d={`M${x - 9} 150 h18 v72 l-9 8 l-9 -8Z`} fill={wood.dark} />
        <path d={`M${x - 9} 150 h6 v74 l-6 -2Z`} fill={wood.light} />
        <path d={`M${x - 13} 190 h26 v16 h-26z`} fill="none" stroke={brass.base} stroke-width="5" />
      </>
    ))}
    <path
      d="M128 128 Q144 102 176 96"
      fill="none"
      stroke="#fff"
      stroke-opacity="0.45"
      stroke-width="7"
      stroke-linecap="round"
    />
  </>
)

export const wateringCan: Illustration = (p) => (
  <>
    <Ground x={196} rx={110} />
    <Rod d="M250 176 C336 150 352 268 268 290" colour={p.deep} width={17} />
    <Rod d="M250 174 C332 150 348 264 268 286" colour={p.base} width={12} light={p.light} />
    <Form d="M132 284 L62 158 L80 146 L150 236 Z" fill={p.dark} sheen="plane" />
    <g transform="rotate(-35 66 146)">
      <path d="M48 152 L38 128 H94 L84 152Z" fill={p.base} />
      <ellipse cx="66" cy="128" rx="28" ry="9" fill={p.light} />
      {times(5).map((n) => (
        <circle cx={48 + n * 9} cy={127 + (n % 2) * 3} r="2" fill={p.deep} />
      ))}
    </g>
    <Form
      d="M132 178 Q132 170 140 168 H256 Q264 170 264 178 L274 300 Q274 320 254 322 Q198 328 144 322 Q124 320 124 300 Z"
      fill={p.base}
      sheen="round"
    >
      <path d="M110 196 Q198 210 290 196" stroke={p.dark} stroke-width="5" fill="none" />
      <path d="M110 292 Q198 306 290 292" stroke={p.dark} stroke-width="5" fill="none" />
    </Form>
    <Form d="M132 178 Q140 164 198 163 Q256 164 264 178 Q200 200 132 178Z" fill={p.dark}>
      <path d="M190 150 H280 V200 H190Z" fill={p.light} />
    </Form>
    <Rod d="M142 172 C142 92 238 88 252 172" colour={variant(p, 2) === 0 ? p.dark : brass.dark} width={13} />
    <Rod
      d="M142 170 C142 92 236 90 250 170"
      colour={variant(p, 2) === 0 ? p.base : brass.base}
      width={9}
      light={variant(p, 2) === 0 ? p.light : brass.pale}
    />
  </>
)

export const plantPot: Illustration = (p) => (
  <>
    <Ground rx={92} />
    {variant(p, 2) === 0 ? (
      <>
        {[
          [-58, 0.92, leaf.dark],
          [56, 0.9, leaf.dark],
          [-32, 1.08, leaf.base],
          [34, 1.06, leaf.base],
          [0, 1.18, leaf.light],
        ].map(([turn, size, fill]) => (
          <g transform={`translate(200 212) rotate(${turn}) scale(${size})`}>
            <path d="M0 8 Q-34 -52 0 -142 Q34 -52 0 8Z" fill={String(fill)} />
            <path d="M0 8 Q34 -52 0 -142Z" fill={leaf.deep} opacity="0.25" />
            <path d="M0 0 V-124" stroke={leaf.pale} stroke-width="2.5" />
          </g>
        ))}
      </>
    ) : (
      <>
        <Form d="M164 214 Q148 96 200 84 Q252 96 236 214Z" fill={leaf.base} sheen="round">
          {times(5).map((n) => (
            <path
              d={`M${172 + n * 14} 80 Q${164 + n * 18} 140 ${170 + n * 15} 220`}
              stroke={leaf.dark}
              stroke-width="4"
              fill="none"
            />
          ))}
        </Form>
        <Form
          d="M230 168 Q226 140 252 132 Q276 128 274 104 Q300 100 300 130 Q298 166 240 182Z"
          fill={leaf.base}
          sheen="round"
        />
        <circle cx="200" cy="84" r="13" fill="#e2a0a0" />
        <circle cx="196" cy="80" r="5" fill="#f7d7d2" />
      </>
    )}
    <ellipse cx="200" cy="212" rx="88" ry="19" fill={p.light} />
    <ellipse cx="200" cy="214" rx="78" ry="14" fill="#4a3527" />
    <path d="M122 214 A78 14 0 0 1 278 214" fill={p.deep} opacity="0.55" />
    <Form d="M112 214 A88 19 0 0 0 288 214 L286 240 Q200 264 114 240Z" fill={p.base} sheen="round" />
    <Form
      d="M122 242 Q200 262 278 242 L260 304 Q256 320 238 322 Q200 327 164 322 Q146 320 142 304 Z"
      fill={p.base}
      sheen="round"
    >
      <path d="M110 240 Q200 264 290 240 V254 Q200 276 110 254Z" class="art-shade" opacity="0.22" />
      {variant(p, 2, 4) === 0 ? (
        <path d="M100 284 Q200 304 300 284 V300 Q200 320 100 300Z" fill={clay.pale} opacity="0.8" />
      ) : null}
    </Form>
  </>
)

export const toolBox: Illustration = (p) => (
  <>
    <Ground rx={142} y={324} ry={16} />
    {/* Tools stand behind the front board. */}
    <Rod d="M128 232 V122" colour={wood.dark} width={14} light={wood.light} />
    <path d="M96 96 H160 V126 H96 Q86 122 86 110Z" fill={steel.dark} />
    <path d="M96 96 H160 V108 H88Z" fill={steel.light} />
    <Rod d="M272 232 V150" colour={p.dark} width={18} light={p.light} />
    <path d="M268 150 V84 h8 V150Z" fill={steel.base} />
    <path d="M268 150 V84 h3 V150Z" fill={steel.pale} />
    <path d="M302 232 L318 130 L330 132 L322 232Z" fill={brass.base} />
    <Rod d="M74 186 H326" colour={wood.dark} width={20} />
    <Rod d="M74 183 H326" colour={wood.base} width={13} light={wood.pale} />
    <path
      d="M60 204 L84 166 Q92 158 100 166 L112 204 V300 H60ZM288 204 L302 166 Q310 158 318 166 L340 204 V300 H288Z"
      fill={p.dark}
    />
    <circle cx="90" cy="184" r="9" fill={wood.deep} />
    <circle cx="312" cy="184" r="9" fill={wood.deep} />
    <Form
      d="M44 222 Q44 214 52 214 H348 Q356 214 356 222 V314 Q356 324 346 324 H54 Q44 324 44 314 Z"
      fill={p.base}
      sheen="fall"
    >
      <path d="M30 214 H370 V222 H30Z" fill={p.light} />
      <path d="M30 268 H370" stroke={p.dark} stroke-width="4" opacity="0.6" />
    </Form>
    {[64, 336].map((x) => times(2).map((n) => <circle cx={x} cy={240 + n * 58} r="5" fill={brass.base} />))}
    {variant(p, 2) === 0 ? (
      <>
        <path d="M164 254 h72 v28 h-72z" fill={brass.base} />
        <path d="M164 254 h72 v8 h-72z" fill={brass.pale} />
      </>
    ) : null}
  </>
)
