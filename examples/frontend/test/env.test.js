// What frontendenv writes is what Vite reads: every character of every value.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadEnv } from 'vite'

const values = {
  VITE_URL: 'https://example.com/api',
  VITE_EMPTY: '',
  VITE_COMMENT: 'a#b c ',
  VITE_DOLLAR: '$HOME and ${VITE_URL} and $',
  VITE_BACKSLASH: 'a\\$b\\',
  VITE_SINGLE: "it's",
  VITE_CODE: "it's `code`",
  VITE_DOUBLE: 'say "it\'s"',
  VITE_LINES: 'two\nlines',
  VITE_PATH: 'c:\\new',
  VITE_WORDS: 'Grüße, 好'
}

test('Vite reads what frontendenv wrote', () => {
  const dir = mkdtempSync(join(tmpdir(), 'frontendenv-'))
  try {
    execFileSync('go', ['run', './frontendenv', '-from', '-', '-file', join(dir, '.env.production.local')], {
      cwd: join(import.meta.dirname, '../../..'),
      input: JSON.stringify(values),
      stdio: ['pipe', 'inherit', 'ignore']
    })
    assert.deepEqual(loadEnv('production', dir), values)
  } finally {
    rmSync(dir, { recursive: true })
  }
})
