// Package managers, which only start the program: with NODE_OPTIONS the agent is in them, too.

const LAUNCHER =
  /\/(?:npm|yarn(?:-v[\d.]+)?|pnpm|corepack)\/(?:bin|dist)\/(?:npm|npx|npm-cli|npx-cli|yarn|yarnpkg|pnpm|pnpx|corepack)\.[cm]?js$|\/\.yarn\/releases\/yarn-[\w.-]+\.c?js$/

/** `path`: of its script, without links. */
export const isLauncher = (path: string): boolean => LAUNCHER.test(path)
