// The pictures that libraries draw: the one module through which they are loaded, when there is a picture to draw.
export { pngChart } from './png-chart.ts'
export { svgChart } from './svg-chart.ts'
