// How the report's page looks: light, dark, on a phone, printed. No colour stands alone for anything.
import { coloursCss } from './colours.ts'

export const REPORT_STYLE = `
:root{${coloursCss('light')};color-scheme:light dark}
@media screen and (prefers-color-scheme:dark){:root{${coloursCss('dark')}}}
*{box-sizing:border-box}
body{margin:0;padding:1rem;background:var(--paper);color:var(--text);font:100%/1.5 system-ui,sans-serif}
header,nav,main,footer{max-width:84rem;margin:0 auto}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .25rem}
h2{font-size:1.15rem;margin:2rem 0 .75rem;padding-bottom:.25rem;border-bottom:2px solid var(--grid)}
h3{font-size:1.05rem;line-height:1.3;margin:0}
h1,h3,p,dd,nav{overflow-wrap:anywhere}
p{margin:.25rem 0}
a{color:var(--size)}
a:focus-visible{outline:3px solid var(--size);outline-offset:2px}
.skip{position:absolute;left:-100rem;top:0;padding:.5rem 1rem;background:var(--paper)}
.skip:focus{left:0}
.faint{color:var(--faint)}
nav ul{list-style:none;margin:1rem 0 0;padding:0}
nav li{margin:.15rem 0}
nav b{margin-right:.4rem}
.cards{display:grid;gap:1rem;grid-template-columns:repeat(auto-fill,minmax(min(100%,25rem),1fr))}
article{min-width:0;padding:.9rem;border:1px solid var(--grid);border-radius:.5rem}
.leak,.over{border-left:5px solid var(--limit)}
.often,.bloat{border-left:5px solid var(--forecast)}
.concern{margin:0;font-size:.85rem;font-weight:600}
.leak .concern,.over .concern{color:var(--limit)}
.often .concern,.bloat .concern{color:var(--forecast)}
figure{margin:.5rem 0}
svg{display:block;width:100%;height:auto}
dl{display:grid;grid-template-columns:7.5rem minmax(0,1fr);gap:.1rem .75rem;margin:.5rem 0 0;font-size:.9rem}
dt{color:var(--faint)}
dd{margin:0;font-variant-numeric:tabular-nums}
@media (max-width:26rem){body{padding:.6rem}article{padding:.6rem}dl{font-size:.85rem;gap:.1rem .5rem}}
@media print{
:root{font-size:10pt}
body{padding:0}
.skip,nav{display:none}
.cards{grid-template-columns:1fr 1fr}
article{break-inside:avoid}
h2{break-after:avoid}
}
`
