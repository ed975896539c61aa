package catalogue

import (
	"cmp"
	"slices"

	"github.com/waymark-bot/waymark/corpus"
)

// round returns the id of the round named nearest to v in its clause. Where a clause has
// as many rounds as amounts, more than one, they pair in order.
func (r *factReader) round(text string, clauses []corpus.Span, values []corpus.Value, v corpus.Value) string {
	cl := clauses[clauseOf(clauses, v.Start)]
	if id := r.pairedRound(text, cl, values, v); id != "" {
		return id
	}
	best, bestDistance := "", maxCueDistance
	for _, p := range r.rounds {
		for _, m := range p.pattern.FindAllStringIndex(text[cl.Start:cl.End], -1) {
			near := gap(cl.Start+m[0], cl.Start+m[1], v)
			d := near
			if p.id == totalRound { // "a Series A round totalling ..."
				d += totalPenalty
			}
			if d < bestDistance && !r.nearerAmount(text, clauses, values, cl.Start+m[0], cl.Start+m[1], v, near) {
				best, bestDistance = p.id, d
			}
		}
	}
	return best
}

// totalRound is the id of what sums rounds up. Its words stand beside many a single round: they count as
// totalPenalty bytes further away.
const (
	totalRound   = "total"
	totalPenalty = 40
)

// nearerAmount reports whether the cue at [start, end) stands nearer to another amount of v's attribute than
// the distance to v.
func (r *factReader) nearerAmount(text string, clauses []corpus.Span, values []corpus.Value, start, end int, v corpus.Value, distance int) bool {
	return slices.ContainsFunc(values, func(o corpus.Value) bool {
		return o.Kind == corpus.Amount && o.Start != v.Start && gap(start, end, o) < distance &&
			r.attribute(text, clauses, o, values) == r.attribute(text, clauses, v, values)
	})
}

// pairedRound returns the round that belongs to v by their order, or "".
func (r *factReader) pairedRound(text string, cl corpus.Span, values []corpus.Value, v corpus.Value) string {
	place, amounts := 0, 0
	for _, o := range values {
		if o.Kind == corpus.Amount && o.Start >= cl.Start && o.Start < cl.End {
			amounts++
			if o.Start < v.Start {
				place++
			}
		}
	}
	if amounts < 2 {
		return ""
	}
	type named struct {
		id         string
		start, end int
	}
	var rounds []named
	for _, p := range r.rounds {
		for _, m := range p.pattern.FindAllStringIndex(text[cl.Start:cl.End], -1) {
			rounds = append(rounds, named{p.id, m[0], m[1]})
		}
	}
	slices.SortFunc(rounds, func(a, b named) int { return cmp.Or(a.start-b.start, b.end-a.end) })
	rounds = slices.CompactFunc(rounds, func(next, kept named) bool { return next.start < kept.end }) // "pre-seed" holds "seed"
	if len(rounds) != amounts {
		return ""
	}
	return rounds[place].id
}

// onlyRound returns the one round that a text names; "" for none or several.
func (r *factReader) onlyRound(text string) string {
	only := ""
	for _, p := range r.rounds {
		if p.id == totalRound || !p.pattern.MatchString(text) {
			continue
		}
		if only != "" {
			return ""
		}
		only = p.id
	}
	return only
}
