package rag

import (
	"regexp"

	"github.com/waymark-bot/waymark/corpus"
)

// The forms of values in running text of both languages. A sentence that
// should hold an amount and holds none does not answer.
var valueForms = map[corpus.ValueType]*regexp.Regexp{
	corpus.Amount: regexp.MustCompile(`(?i)[$€£¥￥]\s*\d|\d[\d,. ]*\s*(?:thousand|million|billion|trillion|mn|bn|[kmb万亿千百]{1,2})?\s*(?:\+\s*)?(?:[$€£¥]|us\s?dollars?|dollars?|usd[ct]?|euros?|eur|yuan|rmb|cny|eth|btc|sol|pounds?|美元|美金|欧元|人民币|元|港元|刀)|\d[\d,.]*\s*(?:million|billion|trillion|[mb]\b|万|亿)`),
	corpus.Number: regexp.MustCompile(`\d|[一二三四五六七八九十百千万亿两]+(?:个|家|种|台|名|次|倍|成)|[超近上逾数破][十百千万亿]+|(?i)\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred|thousand|million|billion|no|none)\b`),
	corpus.When:   regexp.MustCompile(`(?i)\b(?:19|20)\d\d\b|\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b|\bq[1-4]\b|\d\s*(?:年|月|日|号)|(?:今|去|明)年|[上下]半年|\b(?:last|this|next) (?:year|month|week)\b`),
	corpus.Person: regexp.MustCompile(`[A-Z][\p{L}'’-]+(?:\s+[A-Z][\p{L}.'’-]*)+|[A-Z][a-z]+|教授|博士|先生|女士`),
	corpus.Link:   regexp.MustCompile(`(?i)https?://|\b[a-z0-9-]+\.(?:[a-z]{2,})(?:/|\b)`),
	corpus.Symbol: regexp.MustCompile(`\$[A-Za-z][A-Za-z0-9]{1,9}|\b[A-Z][A-Z0-9]{1,7}\b`),
	corpus.Name:   regexp.MustCompile(`[A-Z\d$]|\p{Han}`),
}

// holds reports whether text holds a value of one of the types. No types, or
// prose among them, ask for nothing.
func holds(text string, types []corpus.ValueType) bool {
	if len(types) == 0 {
		return true
	}
	for _, t := range types {
		form := valueForms[t]
		if form == nil || form.MatchString(text) {
			return true
		}
	}
	return false
}
