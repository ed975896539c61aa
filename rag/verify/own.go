package verify

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// What an answer puts around a claim in its own words.
var (
	leadIns  = []string{"in the report's words", "the report says", "the report reads", "quoted", "报告原文", "原文", "报告称"}
	remarks  = []string{"(as printed)", "(原文如此)", "（原文如此）"}
	unstated = []string{"not stated", "not stated in the reports", "未说明", "报告未说明"}
)

// withoutOwn leaves out of the sentence what an answer adds to a claim: the number of an item; a quotation that
// stands as it is in a source, with the words that lead into it; remarks; and the cells
// of a comparison which say that a report states nothing.
func withoutOwn(s string, sources []*source) string {
	s = withoutNumber(s)
	for _, q := range quotations(s) {
		if (len(q) > longTerm || ledIn(s, q)) && slices.ContainsFunc(sources, func(x *source) bool { return quoted(q, x.text) || strings.Contains(x.text, q) }) {
			s = cutQuotation(s, q)
		}
	}
	for _, r := range remarks {
		s = strings.ReplaceAll(s, r, " ")
	}
	return withoutUnstated(s)
}

// withoutNumber leaves out the number of a list item: "2. ".
func withoutNumber(s string) string {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	if n == 0 || n > 2 || n+1 >= len(s) || s[n] != '.' && s[n] != ')' || s[n+1] != ' ' {
		return s
	}
	return s[n+2:]
}

// longTerm is the length in bytes up to which a quotation is a term rather than a sentence.
const longTerm = 30

// ledIn reports whether the words that lead into a quotation stand before q.
func ledIn(s, q string) bool {
	i := strings.Index(s, q)
	if i < 0 {
		return false
	}
	before := strings.TrimRight(s[:i], "“\"「『《 :：")
	return slices.ContainsFunc(leadIns, func(l string) bool { n := len(before) - len(l); return n >= 0 && strings.EqualFold(before[n:], l) })
}

// cutQuotation takes the quotation, its marks and its lead-in out of s.
func cutQuotation(s, q string) string {
	i := strings.Index(s, q)
	if i < 0 {
		return s // it stood there twice, or inside another one that is cut out
	}
	before, after := strings.TrimRight(s[:i], `“"「『《`), strings.TrimLeft(s[i+len(q):], `”"」』》。.`)
	lead := strings.TrimRight(before, " :：")
	for _, l := range leadIns {
		if n := len(lead) - len(l); n >= 0 && strings.EqualFold(lead[n:], l) {
			before = lead[:n]
			break
		}
	}
	return strings.TrimSpace(before) + " " + strings.TrimSpace(after)
}

// withoutUnstated leaves out the cells, divided by semicolons, that end with "not stated".
func withoutUnstated(s string) string {
	if !slices.ContainsFunc(unstated, func(u string) bool { return strings.Contains(s, u) }) {
		return s
	}
	label, cells := "", s
	if i := strings.IndexAny(s, ":："); i >= 0 {
		_, size := utf8.DecodeRuneInString(s[i:])
		label, cells = s[:i+size], s[i+size:]
	}
	kept := slices.DeleteFunc(strings.FieldsFunc(cells, func(r rune) bool { return r == ';' || r == '；' }), saysNothing)
	if len(kept) == 0 {
		return ""
	}
	return label + strings.Join(kept, ";")
}

// longCell is the most words that a cell which states nothing may have: a name, and that it is not stated.
const longCell = 8

func startsWithFigure(w string) bool {
	return strings.IndexAny(w, "0123456789") == 0 || strings.IndexAny(w, "$€£¥") == 0
}

// saysNothing reports whether a cell is a name and the remark that nothing is stated of it.
func saysNothing(cell string) bool {
	bare := strings.TrimRight(cell, " .。")
	return len(scan(cell)) <= longCell && !strings.ContainsAny(cell, ",，") && !slices.ContainsFunc(strings.Fields(cell), startsWithFigure) &&
		slices.ContainsFunc(unstated, func(u string) bool { return strings.HasSuffix(bare, u) })
}
