// What was read from a file, as far as it can be trusted: tests of values that JSON gave. Pure.

export type Json = Readonly<Record<string, unknown>>
/** True for what is as it has to be. */
export type Test = (value: unknown) => boolean

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const isWhole =
  (least: number, most = Number.MAX_SAFE_INTEGER): Test =>
  value =>
    Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most

export const isNumber =
  (least: number, most = Number.MAX_VALUE): Test =>
  value =>
    typeof value === 'number' && value >= least && value <= most

export const isBoolean: Test = value => typeof value === 'boolean'

export const isMissingOr =
  (isOne: Test): Test =>
  value =>
    value === undefined || isOne(value)

/** True if each test holds for the value of that name, and nothing else is there. */
export const fits = (value: unknown, tests: Readonly<Record<string, Test>>): value is Json =>
  isObject(value) &&
  Object.keys(value).every(name => Object.hasOwn(tests, name)) &&
  Object.entries(tests).every(([name, isOne]) => isOne(value[name]))
