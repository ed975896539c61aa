package ragtest

import (
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
)

// A vectorItem is one element of an embeddings answer.
type vectorItem struct {
	Index  int
	Vector []float32
}

// answerEmbeddings answers with the vectors of a [WordEmbedder]; change, which
// may be nil, makes an answer to a good request wrong.
func (c *Call) answerEmbeddings(change func([]vectorItem) []vectorItem) {
	if !c.knowsModel() || !c.fits(len(c.Request.Inputs)) {
		return
	}
	if len(c.Request.Inputs) == 0 || slices.ContainsFunc(c.Request.Inputs, func(s string) bool { return strings.TrimSpace(s) == "" }) {
		c.Error(http.StatusBadRequest, "invalid_request_error", "", "'$.input' is invalid.")
		return
	}
	dim := c.model.opts.Dimensions
	if c.Request.Dimensions > 0 {
		dim = c.Request.Dimensions
	}
	items := make([]vectorItem, len(c.Request.Inputs))
	read := 0
	for i, s := range c.Request.Inputs {
		items[i] = vectorItem{i, scaled(WordEmbedder{Dim: dim}.vector(s))}
		read += tokens(s)
	}
	if change != nil {
		items = change(items)
	}
	c.sendVectors(items, read)
}

// scaled gives v another length than 1: not every model normalises.
func scaled(v []float32) []float32 {
	for i := range v {
		v[i] *= 3
	}
	return v
}

func (c *Call) sendVectors(items []vectorItem, read int) {
	data := []any{}
	for _, item := range items {
		var vector any = item.Vector
		if c.Request.EncodingFormat == "base64" {
			vector = base64Vector(item.Vector)
		}
		data = append(data, map[string]any{"object": "embedding", "index": item.Index, "embedding": vector})
	}
	answer := map[string]any{
		"object": "list", "data": data, "model": c.Request.Model,
		"usage": map[string]any{"prompt_tokens": read, "total_tokens": read},
	}
	if c.Request.EncodingFormat == "base64" { // the specification has no word for it
		c.Body(http.StatusOK, "application/json", string(encode(answer)))
		return
	}
	c.standard(embeddingAnswer, http.StatusOK, answer)
}

func base64Vector(v []float32) string {
	var b []byte
	for _, f := range v {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(f))
	}
	return base64.StdEncoding.EncodeToString(b)
}

// fits answers 413 as TEI does when a request holds too many texts.
func (c *Call) fits(n int) bool {
	most := c.model.opts.MaxBatch
	if most == 0 || n <= most {
		return true
	}
	c.Body(http.StatusRequestEntityTooLarge, "application/json", fmt.Sprintf(
		`{"error":"batch size %d > maximum allowed batch size %d","error_type":"Validation"}`, n, most))
	return false
}

// A scoreItem is one element of a rerank answer.
type scoreItem struct {
	Index int
	Score float64
}

// answerRerank answers with the scores of a [WordReranker] in the server's
// dialect; change, which may be nil, makes it wrong.
func (c *Call) answerRerank(change func([]scoreItem) []scoreItem) {
	dialect := c.model.opts.Rerank
	if dialect == TEIRerank && !c.Request.HasTexts {
		c.Body(http.StatusUnprocessableEntity, "text/plain", "Failed to deserialize the JSON body into the target type: missing field `texts` at line 1 column 60")
		return
	}
	if dialect != TEIRerank && !c.Request.HasDocuments {
		c.Error(http.StatusBadRequest, "invalid_request_error", "", "\"documents\" must be provided")
		return
	}
	if !c.fits(len(c.Request.Texts)) {
		return
	}
	var items []scoreItem
	for i, t := range c.Request.Texts {
		items = append(items, scoreItem{i, overlap(c.Request.RerankQuery, t)})
	}
	if change != nil {
		items = change(items)
	}
	c.sendScores(dialect, items)
}

func (c *Call) sendScores(dialect RerankDialect, items []scoreItem) {
	if dialect != LlamaCppRerank {
		slices.SortStableFunc(items, func(a, b scoreItem) int { return cmp.Compare(b.Score, a.Score) })
	}
	list := []any{}
	for _, item := range items {
		switch dialect {
		case TEIRerank:
			list = append(list, map[string]any{"index": item.Index, "score": item.Score})
		case LlamaCppRerank:
			list = append(list, map[string]any{"index": item.Index, "relevance_score": 14*item.Score - 5.4})
		default:
			list = append(list, map[string]any{"index": item.Index, "relevance_score": item.Score})
		}
	}
	var answer any = list
	if dialect != TEIRerank {
		answer = map[string]any{"model": c.Request.Model, "object": "list", "results": list}
	}
	c.Body(http.StatusOK, "application/json", string(encode(answer)))
}
