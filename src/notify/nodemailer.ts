// nodemailer, loaded when the first mail is made. By require: an import that has failed once, as while npm replaces
// packages, fails for as long as the process lives; a require is tried anew (nodejs.org/api/modules.html, Caching).
import { createRequire } from 'node:module'
import type * as Nodemailer from 'nodemailer'

const load = createRequire(import.meta.url)

/** Throws an Error if it cannot be loaded at this time. */
export const nodemailer = (): typeof Nodemailer => load('nodemailer') as typeof Nodemailer
