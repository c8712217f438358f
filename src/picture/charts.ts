// The pictures that libraries draw, and what they are drawn for: the one module through which they are loaded, when there
// is something to draw.
export { mailCharts } from './mail-charts.ts'
export { pngChart } from './png-chart.ts'
export { reportPage } from './report-page.ts'
export { svgChart } from './svg-chart.ts'
