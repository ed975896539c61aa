package verify

import (
	"strings"
)

// A denial is a negation in a sentence and what it denies.
type denial struct {
	at    int      // first word
	words int      // how many
	text  string   // as printed
	scope []string // norms of the words (Latin) or pairs (Han) that it denies, nearest first
	soft  bool     // a word that denies in itself (lacks, 缺乏): it answers a denial but needs none
	bound bool     // an ending that denies (-less): it answers one in the other language only
}

// How many content words or pairs of Han characters behind a negation it is taken to deny.
const (
	maxScope    = 4
	maxHanScope = 6
)

// English negations. What softDenials holds may stand for one in other words.
var (
	hardDenials = newSet("not no never none nor neither cannot without nobody nothing nowhere")
	softDenials = newSet("lack fail hardly barely rarely seldom unable absent absence refus deny stop ceas prevent avoid exclud except few little unless instead rather beyond spare free less impossibl difficult hard pend miss") // stems
	// what makes a negation none: not only, no doubt, no-code
	notDenied = newSet("only just merely least simply necessarily-but doubt matter code")
)

// readDenials returns the negations among the words.
func readDenials(words []word) []denial {
	var out []denial
	for i := range words {
		n, soft := 0, false
		if words[i].han {
			n, soft = hanDenial(words, i)
		} else {
			n, soft = englishDenial(words, i)
		}
		if n == 0 || len(out) > 0 && out[len(out)-1].at+1 == i && words[i].han && words[i-1].han && isDouble(words, i) {
			continue
		}
		d := denial{at: i, words: n, text: words[i].text, soft: soft, bound: !words[i].han && !softDenials[words[i].norm] && strings.HasSuffix(words[i].norm, "less")}
		if words[i].han {
			d.text = ""
			for _, w := range words[i : i+n] {
				d.text += w.text
			}
		}
		d.scope = scopeOf(words, i+n)
		out = append(out, d)
	}
	return out
}

// englishDenial returns how many words at i deny.
func englishDenial(words []word, i int) (n int, soft bool) {
	w := words[i].low
	next := ""
	if i+1 < len(words) && words[i+1].gap <= listed {
		next = words[i+1].low
	}
	switch {
	case strings.HasSuffix(w, "n't"):
		return denyUnless(next), false
	case w == "nor" && within(words[:i], "neither"), w == "no" && next != "" && isDigit(next[0]), w == "or" && next == "not", w == "nothing" && next == "but":
		return 0, false
	case w == "not" && i > 0 && words[i-1].low == "or":
		return 0, false // whether or not
	case compared[next] && i+2 < len(words) && words[i+2].low == "than":
		return 0, false // no more than: a bound
	case hardDenials[w]:
		return denyUnless(next), false
	case w == "yet" && next == "to", softDenials[words[i].norm], strings.HasSuffix(w, "less") && len(w) > 6:
		return 1, true
	}
	return 0, false
}

var compared = newSet("more less fewer later earlier higher lower")

// within reports whether the last clause or two of words have the word.
func within(words []word, text string) bool {
	for i := len(words) - 1; i >= 0 && words[i].clause+1 >= words[len(words)-1].clause; i-- {
		if words[i].low == text {
			return true
		}
	}
	return false
}

func denyUnless(next string) int {
	if notDenied[next] {
		return 0
	}
	return 1
}

// Chinese negations, the longer ones first.
var (
	hanDenials = []string{"尚未", "并未", "从未", "还未", "暂未", "仍未", "没有", "并没", "从没", "并非", "绝非", "并不", "从不", "不再", "不是", "暂无", "并无", "毫无", "无法", "未必", "未能", "未经", "不能", "不会", "不可以", "不可", "没", "未", "不", "非", "无"}
	hanSoft    = []string{"缺乏", "缺少", "拒绝", "停止", "停运", "停产", "停业", "停用", "难以", "很难", "避免", "防止", "免于", "无需", "无须", "不用", "不必", "不足", "失败", "否认", "不受", "不如", "不及", "以外", "除外", "而非", "而不是", "不透明", "免"}
	// words in which these characters deny nothing
	hanNone = []string{"不仅", "不但", "不只", "不光", "不单", "不断", "不同", "不过", "不久", "不少", "不错", "不论", "不管", "不禁", "不止", "不妨", "不得不", "不可避免", "不可或缺", "不可篡改",
		"未来", "无论", "无数", "无限", "无缝", "无人机", "无线", "无形", "无疑", "无与伦比", "无处不在", "无状态", "无服务器",
		"非常", "非洲", "除非", "非凡", "是否", "与否", "莫不", "无不", "不少于", "不低于", "不小于", "不多于", "不高于", "不大于", "不超过", "无非", "要不",
		"难免", "以免", "未免", "免费", "免疫", "不利", "不良", "不当", "不幸", "不惜", "不时", "不料", "不愧", "不停", "不凡", "不计其数",
		"不等", "不一", "不变", "不菲", "不俗", "非正式", "淹没", "沉没", "没收", "出没", "差不多", "供不应求", "不动产", "不可替代", "不可逆", "无监督", "非结构"}
)

// hanDenial returns how many characters at i deny.
func hanDenial(words []word, i int) (n int, soft bool) {
	if !mayDeny[words[i].text] {
		return 0, false
	}
	if inside(words, i, hanNone) {
		return 0, false
	}
	if n := spelled(words, i, "不到"); n > 0 && i+n < len(words) && isDigit(words[i+n].text[0]) {
		return 0, false // a bound
	}
	if n := longest(words, i, hanSoft); n > 0 {
		return n, true
	}
	if n := longest(words, i, hanDenials); n > 0 {
		// a prefix (无线, 非对称) makes a word of its own
		return n, n == 1 && (words[i].text == "无" || words[i].text == "非")
	}
	return 0, false
}

// mayDeny holds the first characters of hanDenials and hanSoft.
var mayDeny = newSet("免 尚 并 从 还 暂 仍 没 绝 毫 无 未 不 非 缺 拒 停 难 很 避 防 免 失 否 以 除 而")

// longest returns the length in characters of the first of l that stands at i.
func longest(words []word, i int, l []string) int {
	for _, s := range l {
		if n := spelled(words, i, s); n > 0 {
			return n
		}
	}
	return 0
}

// spelled returns the length of s in characters when it stands at word i.
func spelled(words []word, i int, s string) int {
	n := 0
	for _, r := range s {
		if i+n >= len(words) || !words[i+n].han || words[i+n].text != string(r) || n > 0 && words[i+n].start != words[i+n-1].end() {
			return 0
		}
		n++
	}
	return n
}

// inside reports whether word i is part of one of the phrases.
func inside(words []word, i int, l []string) bool {
	for _, s := range l {
		k := 0
		for _, r := range s {
			if words[i].text == string(r) && i-k >= 0 && spelled(words, i-k, s) > 0 {
				return true
			}
			k++
		}
	}
	return false
}

// isDouble reports whether the negation at i is the tail of a longer one just
// before it (尚 + 未).
func isDouble(words []word, i int) bool {
	return longest(words, i-1, hanDenials) > 1 || longest(words, i-1, hanSoft) > 1
}

// scopeOf returns what a negation in front of word i denies: the content
// words that follow in its clause.
func scopeOf(words []word, i int) []string {
	var out []string
	for j := i; j < len(words); j++ {
		w := words[j]
		if len(out) == maxHanScope || !w.han && len(out) >= maxScope || j > i && w.gap >= clausal || j == i && w.gap == ended || !w.han && hardDenials[w.norm] {
			break
		}
		switch {
		case !w.han && !functionWords[w.low]:
			out = append(out, w.norm)
		case w.han && j+1 < len(words) && words[j+1].han && words[j+1].start == w.end():
			out = append(out, w.text+words[j+1].text)
		case w.han && len(out) == 0:
			out = append(out, w.text)
		}
	}
	return out
}
