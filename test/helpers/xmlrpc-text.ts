// XML-RPC as supervisord writes and reads it, for scripted answers: not by memmon's own codec, which is under test.
const TYPES = { string: 'string', number: 'int', boolean: 'boolean' } as const

export type ReplyValue =
  | string
  | number
  | boolean
  | readonly ReplyValue[]
  | { readonly [name: string]: ReplyValue }

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

function valueText(value: ReplyValue): string {
  if (typeof value === 'boolean') return `<value><boolean>${Number(value)}</boolean></value>`
  if (typeof value !== 'object')
    return `<value><${TYPES[typeof value as 'string']}>${escaped(String(value))}</${TYPES[typeof value as 'string']}></value>`
  if (Array.isArray(value))
    return `<value><array><data>\n${value.map(valueText).join('\n')}\n</data></array></value>`
  const members = Object.entries(value).map(
    ([name, item]) => `<member>\n<name>${escaped(name)}</name>\n${valueText(item)}\n</member>`,
  )
  return `<value><struct>\n${members.join('\n')}\n</struct></value>`
}

const DECLARATION = "<?xml version='1.0'?>\n"

export const replyText = (value: ReplyValue, declaration = DECLARATION): string =>
  `${declaration}<methodResponse>\n<params>\n<param>\n${valueText(value)}</param>\n</params>\n</methodResponse>\n`

export const faultText = (code: number, text: string, declaration = DECLARATION): string =>
  `${declaration}<methodResponse>\n<fault>\n${valueText({ faultCode: code, faultString: text })}\n</fault>\n</methodResponse>\n`

/** The method and parameters of a call; numbers and booleans as such. */
export function readCall(body: string): { method: string; params: (string | number | boolean)[] } {
  const method = /<methodName>(.*?)<\/methodName>/s.exec(body)?.[1] ?? ''
  const params = [...body.matchAll(/<value><(string|int|boolean)>(.*?)<\/\1><\/value>/gs)].map(
    ([, type, text = '']) => {
      if (type === 'string') return unescaped(text)
      return type === 'int' ? Number(text) : text === '1'
    },
  )
  return { method, params }
}

const unescaped = (text: string): string =>
  text
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
