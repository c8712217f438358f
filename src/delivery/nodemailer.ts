// nodemailer, loaded when the first mail is made.
import type * as Nodemailer from 'nodemailer'
import { requirePackage } from '../base/load-package.ts'

/** Throws an Error if it cannot be loaded at this time. */
export const nodemailer = (): typeof Nodemailer => requirePackage('nodemailer') as typeof Nodemailer
