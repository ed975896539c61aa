// Package rag turns a question into a cited answer.
//
// Start at [Engine] and its method Ask: plan, retrieve, fuse, choose or
// generate the sentences, check them, cite them. The interfaces that the
// engine calls ([Embedder], [Generator], [Index], [Reranker]) live here;
// their implementations are in the packages below and are wired in
// cmd/waymark.
//
// What it does not do: it never hears of a chat, a platform or a person, it
// reads no files, and it keeps no state between two questions; the talk so
// far comes in with the [Question].
package rag

import (
	"context"
	"encoding/json"
	"time"

	"github.com/waymark-bot/waymark/corpus"
)

// A Question is what is asked, with the talk before it.
type Question struct {
	ID       string // echoed in the Answer; may be empty
	Text     string // the last turn
	Turns    []Turn // the talk before it, oldest first
	Language string // answer language, "en" or "zh"; "" means the question's own

	Extractive bool   // no model is asked
	Scope      string // whose answers these may be: a model's answer is given again within one scope alone
}

// A Turn is one question of the talk so far and, when known, its answer.
type Turn struct {
	Question string
	Answer   *Answer // nil when only the question is known
}

// Status says what kind of answer an [Answer] is.
type Status string

// The statuses, as `waymark ask --json` prints them.
const (
	Answered   Status = "answered"
	NotCovered Status = "not_covered" // a fair question that the reports do not answer
	OffTopic   Status = "off_topic"
	Declined   Status = "declined" // advice, live prices, instructions to the bot
)

// Mode says who phrased the answer.
type Mode string

// The modes.
const (
	Extractive Mode = "extractive" // the reports' own sentences, or sentences composed from their facts
	Model      Mode = "model"      // a language model, checked
)

// An Answer is what [Engine.Ask] returns. Text is Sentences rendered; every
// sentence but a heading rests on at least one citation.
type Answer struct {
	ID        string
	Question  string
	Language  string // of the answer: "en" or "zh"
	Status    Status
	Intent    string // what the question was taken for, as the plan names it: "fact", "list", ...
	Asked     Asked  // what the question was taken to ask about
	Sentences []Sentence
	Citations []Citation // numbered from 1 in order of first use
	Projects  []string   // names of the projects the answer is about
	Related   []string   // nearest topics, when the status is NotCovered
	AsOf      string     // the newest date among the cited reports, as corpus.Date prints it
	Conflict  bool       // the cited reports disagree
	Mode      Mode
	Notice    string        // one sentence to the reader about how the answer came about ("the model did not answer ..."), or ""
	Usage     Usage         // of the model, zero when it was not asked
	Trace     *Trace        // how a model's answer came about; nil when none was asked
	Elapsed   time.Duration // from Ask's start to its return
}

// An Asked is what a question was taken to ask about. It is the same for the same
// question in another language, and holds no word of the question.
type Asked struct {
	Projects   []string // names of those that it names or goes on about, in order
	Attributes []string // ids of what is asked of them, in order of mention; last, of a declined question, its kind ("advice")
}

// A Sentence is one sentence, table row or heading line of an answer.
type Sentence struct {
	Text    string // without citation marks
	Cites   []int  // Citation.N, ascending; empty only for a heading or a status line
	Break   bool   // a new line starts before this sentence
	Heading bool   // a line that introduces others and claims nothing itself
}

// A Citation is a span of a report that sentences rest on.
type Citation struct {
	N          int    // the number shown, from 1
	Report     string // report id
	Title      string // report title
	Section    string // heading path joined with " > "
	Published  string // as corpus.Date prints it; "" when unknown
	Inferred   bool   // Published is implied by the content, not printed
	URL        string // of the original; "" when unknown
	Quote      string // verbatim from the report's clean text at [Start, End)
	Start, End int    // bytes
	Passage    string // passage id
}

// A Hit is a passage with its score for one query. Scores of different
// queries are not comparable.
type Hit struct {
	corpus.Passage
	Score   float64
	Lexical float64 // BM25 score, 0 when only the vectors found it
	Vector  float64 // cosine similarity, 0 when only BM25 found it
}

// An Embedder turns texts into vectors.
type Embedder interface {
	// Name identifies the embedder and its settings. Two embedders of the same
	// name produce comparable vectors.
	Name() string
	// Dimensions returns the length of the vectors, or 0 while it is not known
	// (before the first call to a remote model).
	Dimensions() int
	// Embed returns one unit-length vector a text, in order. Texts are not
	// empty. It fails as a whole: no partial result.
	Embed(ctx context.Context, texts []string) ([][]float32, error)
}

// A Query is one search.
type Query struct {
	Text    string    // words to match
	Expand  string    // further words that count half: translations, other spellings
	Vector  []float32 // of the embedder that built the index; nil leaves vectors out
	Limit   int       // at most so many hits; 0 means 10
	Reports []string  // only these report ids; nil means all
}

// An Index finds passages.
type Index interface {
	// Search returns at most q.Limit hits, best first, each with its fused
	// score and both parts. No hit is no error.
	Search(ctx context.Context, q Query) ([]Hit, error)
	// Embedder returns the name and the dimensions of the vectors it holds.
	Embedder() (name string, dimensions int)
	// Reports returns the reports it holds, with their clean text, in a stable order.
	Reports() []corpus.Report
	// Passages returns all passages in corpus order.
	Passages() []corpus.Passage
}

// A Prompt is what a generator is asked: a system text and a user text.
type Prompt struct {
	Name    string // template name, for logs
	Version string // changes when the wording does
	System  string
	User    string
	Schema  *Schema // when set, the completion is one JSON value of it
}

// A Schema is the form of a completion that is one JSON value.
type Schema struct {
	Name string // letters, digits, _ and -; at most 64
	// JSON is a JSON Schema (https://json-schema.org). A server holds a model to
	// it only if every object in it lists all its properties as required and sets
	// additionalProperties to false:
	// https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
	JSON json.RawMessage
}

// Usage counts a model's tokens, as the server reports them.
type Usage struct {
	Model                          string // [Generator.Name] of the one that answered; "" when none did
	PromptTokens, CompletionTokens int
	Calls                          int // requests that an answer took
}

// A Generator is a language model.
type Generator interface {
	// Name identifies the model, for logs and cache keys; it holds no secret.
	Name() string
	// Generate streams the completion of p to emit, piece by piece, and returns
	// the whole text. A completion that did not end by itself (a cut stream, a
	// length limit) is an error, with the text so far. An error from emit stops it.
	// A nil emit says that nobody sees the pieces.
	//
	// With a Schema the text is one JSON value, which emit gets in one piece. Any
	// other text is an error. That the value is of the schema is for the caller to
	// check: not every server holds a model to it.
	Generate(ctx context.Context, p Prompt, emit func(piece string) error) (string, Usage, error)
}

// A Reranker orders passages by relevance.
type Reranker interface {
	// Rerank returns one score a text, in order; higher is better. Scores of
	// two calls are not comparable.
	Rerank(ctx context.Context, query string, texts []string) ([]float64, error)
}
