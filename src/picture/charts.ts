// The pictures that libraries draw, and the page of them: the one module through which they are loaded, when there is
// something to draw.
export { pngChart } from './png-chart.ts'
export { reportPage } from './report-page.ts'
export { svgChart } from './svg-chart.ts'
