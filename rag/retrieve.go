package rag

import (
	"context"
	"fmt"
	"sort"
	"strings"

	"github.com/waymark-bot/waymark/rag/plan"
)

// retrieveLimit is how many passages a question brings home.
const retrieveLimit = 40

// retrieve searches for the plan's question and puts the passages that
// describe its projects in front.
func (e *Engine) retrieve(ctx context.Context, p *plan.Plan) ([]Hit, error) {
	q := Query{Text: p.Text, Expand: p.Expand, Limit: retrieveLimit, Reports: p.Reports}
	if p.FollowUp {
		for _, pr := range p.Projects {
			q.Text += " " + pr.Name
		}
	}
	if e.cfg.Embedder != nil {
		v, err := e.cfg.Embedder.Embed(ctx, []string{q.Text})
		if err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			e.cfg.Logger.WarnContext(ctx, "question not embedded, searching by words alone", "error", err)
		} else {
			q.Vector = v[0]
		}
	}
	hits, err := e.cfg.Index.Search(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("retrieve: %w", err)
	}
	if hits, err = e.addTranslated(ctx, q, hits); err != nil {
		return nil, err
	}
	if hits, err = e.addExplaining(ctx, p, hits); err != nil {
		return nil, err
	}
	hits = e.addDescriptions(hits, p)
	return e.rerank(ctx, p.Text, hits), nil
}

// translatedShare is what a hit for the question's translation counts beside
// one for its own words.
const translatedShare = 0.9

// addTranslated searches once more for the other words alone: a passage in the other
// language shares no word with the question, and would stand below every passage that
// shares one.
func (e *Engine) addTranslated(ctx context.Context, q Query, hits []Hit) ([]Hit, error) {
	if strings.TrimSpace(q.Expand) == "" {
		return hits, nil
	}
	more, err := e.cfg.Index.Search(ctx, Query{Text: q.Expand, Limit: q.Limit, Reports: q.Reports})
	if err != nil {
		return nil, fmt.Errorf("retrieve translated: %w", err)
	}
	return merge(hits, more, translatedShare), nil
}

// merge joins more to hits, at a share of their scores.
func merge(hits, more []Hit, share float64) []Hit {
	at := map[string]int{}
	for i, h := range hits {
		at[h.ID] = i
	}
	for _, h := range more {
		h.Score *= share
		if i, ok := at[h.ID]; ok {
			hits[i].Score = max(hits[i].Score, h.Score)
			continue
		}
		hits = append(hits, h)
	}
	sort.SliceStable(hits, func(i, j int) bool { return hits[i].Score > hits[j].Score })
	return hits
}

// explainingLimit is how many passages the search for what is told in words adds.
const explainingLimit = 12

// addExplaining searches once more for what a question wants told in words, such as drawbacks, with all words for
// it: the passage under that heading need not share another word with the question.
func (e *Engine) addExplaining(ctx context.Context, p *plan.Plan, hits []Hit) ([]Hit, error) {
	asked := e.asksExplaining(p)
	if asked < 0 {
		return hits, nil
	}
	more, err := e.cfg.Index.Search(ctx, Query{Text: strings.Join(p.Concepts[asked].Alternatives, " "), Limit: explainingLimit, Reports: p.Reports})
	if err != nil {
		return nil, fmt.Errorf("retrieve what explains: %w", err)
	}
	return merge(hits, more, translatedShare), nil
}

// maxDescriptions bounds how many describing passages a project adds.
const maxDescriptions = 20

// addDescriptions adds the passages that describe the plan's projects, and
// gives those and the hits among them the larger score.
func (e *Engine) addDescriptions(hits []Hit, p *plan.Plan) []Hit {
	if len(p.Projects) == 0 {
		return hits
	}
	at := map[string]int{}
	for i, h := range hits {
		at[h.ID] = i
	}
	all := e.cfg.Index.Passages()
	for _, pr := range p.Projects {
		for _, n := range pr.Passages[:min(maxDescriptions, len(pr.Passages))] {
			if !allowed(p.Reports, all[n].Report) {
				continue
			}
			if i, ok := at[all[n].ID]; ok {
				hits[i].Score += describedBonus
				continue
			}
			at[all[n].ID] = len(hits)
			hits = append(hits, Hit{Passage: all[n], Score: describedBonus})
		}
		naming := e.cfg.Catalogue.Naming(pr)
		for _, n := range naming[:min(maxDescriptions, len(naming))] {
			if _, ok := at[all[n].ID]; !ok && allowed(p.Reports, all[n].Report) {
				at[all[n].ID] = len(hits)
				hits = append(hits, Hit{Passage: all[n], Score: namedBonus})
			}
		}
	}
	sort.SliceStable(hits, func(i, j int) bool { return hits[i].Score > hits[j].Score })
	return hits
}

// namedBonus is the score of a passage that only names an asked project and that the
// search did not find.
const namedBonus = 0.3

// describedBonus lifts a passage that describes an asked project above any
// that only mentions it; fused scores lie between 0 and 1.
const describedBonus = 1

func allowed(reports []string, id string) bool {
	if len(reports) == 0 {
		return true
	}
	for _, r := range reports {
		if r == id {
			return true
		}
	}
	return false
}

// rerankTop is how many passages a reranker sees.
const rerankTop = 20

// rerank orders the first hits by the reranker; where there is none, or it
// fails, the fused order stands.
func (e *Engine) rerank(ctx context.Context, question string, hits []Hit) []Hit {
	n := min(rerankTop, len(hits))
	if e.cfg.Reranker == nil || n < 2 {
		return hits
	}
	texts := make([]string, n)
	for i, h := range hits[:n] {
		texts[i] = strings.TrimSpace(h.Header + "\n" + h.Text)
	}
	scores, err := e.cfg.Reranker.Rerank(ctx, question, texts)
	if err != nil || len(scores) != n {
		e.cfg.Logger.WarnContext(ctx, "passages not reranked, the fused order stands", "error", err)
		return hits
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(i, j int) bool { return scores[order[i]] > scores[order[j]] })
	out := make([]Hit, 0, len(hits))
	for _, i := range order {
		out = append(out, hits[i])
	}
	return append(out, hits[n:]...)
}

// Search returns the passages nearest to a text, best first: what `waymark
// search` prints. limit 0 means 10.
func (e *Engine) Search(ctx context.Context, text string, limit int) ([]Hit, error) {
	p := e.planner.Plan(text, "", nil)
	q := Query{Text: text, Expand: p.Expand, Limit: limit}
	if e.cfg.Embedder != nil {
		v, err := e.cfg.Embedder.Embed(ctx, []string{text})
		if err != nil {
			return nil, fmt.Errorf("embed query: %w", err)
		}
		q.Vector = v[0]
	}
	return e.cfg.Index.Search(ctx, q)
}
