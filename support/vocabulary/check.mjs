// The half of ./check that runs Hugging Face's trainer: `node check.mjs FILE.jsonl '{"tokens":N,…}'`.
import { readFileSync, writeFileSync } from 'node:fs'
import tokenizers from 'tokenizers'

const { Tokenizer } = tokenizers
const pattern =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
const [file, ours] = process.argv.slice(2)
const texts = readFileSync(file, 'utf8').split('\n').filter(Boolean).map(row => JSON.parse(row).text)
writeFileSync('text.txt', texts.join('\n'))

// By way of JSON: the function `splitPreTokenizer` takes its pattern for a plain text.
const tokenizer = Tokenizer.fromString(
  JSON.stringify({
    version: '1.0',
    added_tokens: [],
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
      ],
    },
    model: { type: 'BPE', fuse_unk: false, byte_fallback: false, vocab: {}, merges: [] },
  }))
const began = Date.now()
tokenizer.train(['text.txt'])
const seconds = (Date.now() - began) / 1000
let tokens = 0
let bytes = 0
for (let i = 0; i < texts.length; i += 200) {
  const batch = texts.slice(i, i + 200)
  for (const text of batch) bytes += Buffer.byteLength(text)
  for (const encoding of await tokenizer.encodeBatch(batch)) tokens += encoding.getLength()
}
const theirs = { size: tokenizer.getVocabSize(), bytes, tokens, bytes_per_token: bytes / tokens, seconds }
console.log(`Hugging Face's: ${JSON.stringify(theirs)}`)
const ratio = JSON.parse(ours).tokens / tokens
console.log(`tokens, ours by theirs: ${ratio.toFixed(4)}`)
if (ratio > 1.01) process.exit(1)
