package verify

import (
	"strings"

	"github.com/waymark-bot/waymark/corpus"
)

var cardinals = map[string]float64{
	"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
	"thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20,
	"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "dozen": 12,
}

var magnitudes = map[string]float64{"hundred": 100, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}

var ordinals = map[string]float64{
	"third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12,
}

var fractions = map[string]float64{"half": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fifth": 5, "fifths": 5, "tenth": 10, "tenths": 10}

// readNumerals returns the numbers that are written as words. "One" and 一 are
// left out: they are pronouns and articles as often.
func readNumerals(text string, words []word) []figure {
	var out []figure
	for i := 0; i < len(words); {
		f, ok := figure{}, false
		if words[i].han {
			f, ok = hanNumeral(words, i)
		} else {
			f, ok = englishNumeral(words, i)
		}
		if !ok {
			i++
			continue
		}
		f.Start, f.End = words[f.from].start, words[f.to-1].end()
		f.text = text[f.Start:f.End]
		f.approx = f.approx || hasCue(text[:f.Start], approxCues)
		out = append(out, f)
		i = f.to
	}
	return out
}

func number(kind figureKind, n float64, from, to int) figure {
	return figure{Value: corpus.Value{Kind: corpus.Number, Num: n}, kind: kind, places: 1, from: from, to: to}
}

// englishNumeral reads the numeral that begins at word i.
func englishNumeral(words []word, i int) (figure, bool) {
	at := func(j int) string {
		if j < len(words) && !words[j].han && (j == i || words[j].gap == joined) {
			return words[j].low
		}
		return ""
	}
	if f, ok := englishFraction(at, i); ok {
		return f, true
	}
	if n := ordinals[at(i)]; n > 0 {
		return number(ordinal, n, i, i+1), true
	}
	n, j := cardinals[at(i)], i+1
	switch {
	case n >= 20:
		if u := cardinals[at(j)]; u > 0 && u < 10 {
			n, j = n+u, j+1
		}
	case n == 0 && (at(i) == "one" || at(i) == "a") && magnitudes[at(j)] > 0:
		n = 1
	case n == 0:
		return figure{}, false
	}
	for magnitudes[at(j)] > 0 {
		n, j = n*magnitudes[at(j)], j+1
	}
	if at(j) == "time" || at(j) == "times" || at(j) == "fold" {
		return number(multiple, n, i, j), true
	}
	return number(plainFigure, n, i, j), true
}

// englishFraction reads "half", "a third", "two thirds".
func englishFraction(at func(int) string, i int) (figure, bool) {
	if at(i) == "half" {
		return number(fraction, 0.5, i, i+1), true
	}
	n := cardinals[at(i)]
	if at(i) == "one" || at(i) == "a" {
		n = 1
	}
	if in := cardinals[at(i+2)]; n == 1 && at(i) == "one" && at(i+1) == "in" && in > 0 {
		return number(fraction, 1/in, i, i+3), true // one in four
	}
	d := fractions[at(i+1)]
	if n == 0 || d == 0 || d <= n || n == 1 && at(i+2) == "" && d < 3 {
		return figure{}, false
	}
	if follow := at(i + 2); n == 1 && at(i) == "a" && follow != "of" && follow != "" && !functionWords[follow] {
		return figure{}, false // a third party, a quarter finalist
	}
	return number(fraction, n/d, i, i+2), true
}

var hanDigits = map[string]float64{"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}

var hanUnits = map[string]float64{"十": 10, "百": 100, "千": 1000, "万": 1e4, "亿": 1e8}

// counted are characters that may follow a number: a Chinese numeral counts
// only in front of one, or behind 第.
var counted = newRunes("个家种台名次倍成项位年月天日周时条款层点类元块枚份座艘辆吨件人处所只头张片部届岁岛州国亩米里公千克英平美欧")

// hanNumeral reads the Chinese numeral that begins at word i.
func hanNumeral(words []word, i int) (figure, bool) {
	j, total, section, digit := i, 0.0, 0.0, -1.0
	for ; j < len(words) && words[j].han && (j == i || words[j].start == words[j-1].end()); j++ {
		if d, ok := hanDigits[words[j].text]; ok {
			digit = d
			continue
		}
		u := hanUnits[words[j].text]
		if u == 0 {
			break
		}
		switch {
		case u >= 1e4:
			total, section, digit = total+(section+max(digit, 0))*u, 0, -1
		case digit < 0:
			section += u
		default:
			section, digit = section+digit*u, -1
		}
	}
	n := total + section + max(digit, 0)
	if j == i || n == 0 {
		return figure{}, false
	}
	next := func(k int) string {
		if k >= 0 && k < len(words) && words[k].han {
			return words[k].text
		}
		return ""
	}
	if next(j) == "分" && next(j+1) == "之" {
		if d, to := hanDigits[next(j+2)], j+3; d > 0 {
			return number(fraction, d/n, i, to), true
		}
	}
	switch before := next(i - 1); {
	case before == "第" && n >= 2:
		return number(ordinal, n, i, j), true
	case strings.Contains("数几上好成近整", before) && before != "" && n >= 10:
		return figure{}, false
	case n < 2 || next(j) == "" || !counted[[]rune(next(j))[0]]:
		return figure{}, false
	case next(j) == "倍":
		return number(multiple, n, i, j), true
	case next(j) == "成" && n < 10:
		return number(fraction, n/10, i, j+1), true
	case next(j) == "月" || next(j) == "日":
		return figure{}, false
	}
	return number(plainFigure, n, i, j), true
}

// relativeYears returns the years that words mean: "this year", 去年.
func relativeYears(text string, words []word, year int) []figure {
	if year == 0 {
		return nil
	}
	var out []figure
	for i := 0; i+1 < len(words); i++ {
		a, b := words[i], words[i+1]
		n := 0
		switch {
		case a.han && b.text == "年":
			n = map[string]int{"今": year, "去": year - 1, "明": year + 1}[a.text]
		case !a.han && b.low == "year" && b.gap == joined:
			n = map[string]int{"this": year, "last": year - 1, "next": year + 1}[a.low]
		}
		if n == 0 {
			continue
		}
		f := figure{kind: dateFigure, text: text[a.start:b.end()], from: i, to: i + 2}
		f.Value = corpus.Value{Kind: corpus.When, Start: a.start, End: b.end(), Date: corpus.Date{Year: n, Inferred: true}}
		out = append(out, f)
	}
	return out
}
