// Whether a terminal, or whoever reads a pipe, shows more than ASCII.

type Environment = Readonly<Record<string, string | undefined>>

/** By the locale, as glibc finds it. Where none is set, as in most containers, the terminal is of today. */
export function isAscii({ LC_ALL, LC_CTYPE, LANG }: Environment): boolean {
  const locale = LC_ALL || LC_CTYPE || LANG || ''
  return locale !== '' && !/utf-?8/i.test(locale)
}
