/// How the page looks, beside what all pages share.
enum PageStyle {
  static let text = """
    :root { --bad: #b42318; --warn: #8a5a00; --note: #0068a8; --good: #00704f; --soft: #eef1f5; }
    @media (prefers-color-scheme: dark) {
    :root { --bad: #ff9b8f; --warn: #f2b84b; --note: #6cc0ee; --good: #2ec99a; --soft: #252b33; }
    }
    body { max-width: 1080px; padding: 24px 20px 48px; line-height: 1.5; }
    h1 { font-size: 1.6rem; line-height: 1.2; letter-spacing: -.01em; margin: 0 0 6px; }
    h2 { font-size: 1.15rem; margin: 0 0 6px; }
    h3 { font-size: .95rem; margin: 18px 0 6px; }
    a { color: var(--note); }
    .lead, .dim { color: var(--dim); }
    .lead { margin: 0 0 12px; max-width: 75ch; }
    nav { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 14px 0 6px; font-size: .9rem; }
    section { background: var(--card); border: 1px solid var(--grid); border-radius: 12px; \
    padding: 18px 20px 20px; margin: 16px 0; }
    footer { color: var(--dim); font-size: .85rem; margin-top: 24px; }
    .tiles { display: grid; gap: 10px; margin: 16px 0 4px; \
    grid-template-columns: repeat(auto-fit, minmax(138px, 1fr)); }
    .tile { background: var(--card); border: 1px solid var(--grid); border-radius: 12px; \
    padding: 10px 14px; }
    .tile b { display: block; font-size: 1.35rem; font-weight: 650; letter-spacing: -.01em; \
    font-variant-numeric: tabular-nums; }
    .tile span { color: var(--dim); font-size: .85rem; }
    .findings { list-style: none; margin: 0; padding: 0; display: grid; gap: 10px; }
    .findings li { border-left: 4px solid var(--k); padding: 2px 0 2px 12px; }
    .findings b { color: var(--k); }
    .findings code { color: var(--dim); font-size: .8rem; float: right; margin-left: 10px; }
    .findings p { overflow-wrap: anywhere; }
    .error { --k: var(--bad); } .warning { --k: var(--warn); } .note { --k: var(--note); }
    .fine { color: var(--good); font-weight: 600; }
    .facts { margin: 0; }
    .facts div { display: grid; grid-template-columns: minmax(120px, 220px) 1fr; gap: 2px 14px; \
    padding: 5px 0; border-top: 1px solid var(--grid); }
    .facts div:first-child { border-top: 0; }
    .facts dt { color: var(--dim); } .facts dd { margin: 0; overflow-wrap: anywhere; }
    .scroll { overflow-x: auto; }
    table.grid { max-width: none; margin: 4px 0 8px; font-size: .9rem; }
    table.grid th { width: auto; border-top: 0; white-space: nowrap; }
    table.grid td { overflow-wrap: normal; white-space: nowrap; }
    table.grid .number { text-align: right; }
    details { margin-top: 12px; } summary { cursor: pointer; color: var(--note); }
    .figures { display: grid; gap: 18px; \
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 380px), 1fr)); align-items: start; }
    .figures svg { width: 100%; height: auto; display: block; }
    .filters { display: grid; gap: 6px; grid-template-columns: repeat(auto-fill, minmax(46px, 1fr)); \
    max-width: 860px; }
    .filters img { width: 100%; height: auto; aspect-ratio: 1; display: block; border-radius: 3px; \
    image-rendering: pixelated; }
    .keys { display: flex; flex-wrap: wrap; gap: 4px 14px; margin: 8px 0 0; font-size: .85rem; \
    padding: 0; list-style: none; }
    .figures .keys svg { display: inline-block; width: 12px; height: 12px; vertical-align: -1px; \
    margin-right: 5px; }
    .layers { display: grid; gap: 0; font-size: .88rem; }
    .layer { display: grid; align-items: center; gap: 2px 14px; padding: 4px 0; \
    grid-template-columns: minmax(170px, 1.4fr) 130px 92px 92px minmax(120px, 1fr); \
    border-top: 1px solid var(--grid); font-variant-numeric: tabular-nums; }
    .layer.head { color: var(--dim); border-top: 0; }
    .layer > span:first-child { overflow-wrap: anywhere; } .layer .dim { white-space: nowrap; }
    .layer svg { width: 130px; height: 26px; display: block; }
    .bar { display: flex; align-items: center; gap: 8px; white-space: nowrap; }
    .bar i { height: 8px; border-radius: 2px; background: var(--c0); min-width: 1px; flex: none; }
    svg .area { fill: var(--c0); opacity: .8; } svg .zero { stroke: var(--dim); }
    svg .mute { fill: var(--grid); } svg .point { fill: var(--c); fill-opacity: .75; }
    svg .key { fill: var(--c); }
    svg .shade { fill: var(--soft); }
    @media (max-width: 640px) {
    body { padding: 16px 12px 32px; } section { padding: 14px 14px 16px; }
    h1 { font-size: 1.3rem; }
    .facts div { grid-template-columns: 1fr; }
    .layer { grid-template-columns: 1fr 1fr 1fr; } .layer.head { display: none; }
    .layer > span:first-child { grid-column: 1 / -1; font-weight: 600; }
    .layer > .wide { grid-column: 1 / -1; }
    .layer > [data-name]::before { content: attr(data-name) " "; color: var(--dim); \
    display: block; }
    .layer svg { width: 100%; } .layer > .bar { display: block; }
    .layer > .bar i { display: inline-block; margin-right: 8px; }
    }
    """
}
