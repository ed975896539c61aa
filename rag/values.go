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
	corpus.When:   regexp.MustCompile(`(?i)\b(?:19|20)\d\d\b|\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b|\bq[1-4]\b|\d\s*(?:年|月|日|号)|(?:今|去|明)年|[上下]半年|年[底初中末]|近期|\b(?:last|this|next) (?:year|month|week)\b|\b(?:end|beginning|middle) of (?:the|this|next) year\b|\byear[- ]end\b`),
	corpus.Person: regexp.MustCompile(`[A-Z][\p{L}'’-]+(?:\s+[A-Z][\p{L}.'’-]*)+|[A-Z][a-z]+|教授|博士|先生|女士|` + hanPerson),
	corpus.Link:   regexp.MustCompile(`(?i)https?://|\b[a-z0-9-]+\.(?:[a-z]{2,})(?:/|\b)`),
	corpus.Symbol: regexp.MustCompile(`\$[A-Za-z][A-Za-z0-9]{1,9}|\b[A-Z][A-Z0-9]{1,7}\b`),
	corpus.Name:   regexp.MustCompile(`[A-Z\d$]|\p{Han}`),
}

// A Chinese name has no capital: one of the usual surnames (百家姓, https://zh.wikipedia.org/wiki/百家姓) with one or two
// characters more, beside a word for an office, is taken for one.
const (
	surnames  = `[赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章苏潘葛奚范彭郎鲁韦昌马苗方俞任袁柳鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常于傅卞齐康伍余顾孟黄穆萧尹姚邵湛汪祁毛禹狄臧戴宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季贾路娄江童颜郭梅盛林钟徐邱骆高夏蔡田樊胡凌霍虞万柯管卢莫房缪解应宗丁邓郁单杭洪包左石崔吉龚程邢裴陆荣翁荀甄封储靳段巫焦侯班仰秋仲宫宁仇栾甘武符刘景詹束龙叶幸司黎薄印白蒲丛鄂索赖卓蔺屠蒙池乔阴闻莘翟谭贡劳申冉牛尚温庄晏瞿阎连习艾容向古易廖匡文寇广东欧沃利越师巩聂关相查红游权益桓公]`
	offices   = `(?:创始人|创办人|董事长|董事|总经理|经理|总裁|首席\p{Han}{2,4}官|负责人|主席|主任|主管|院长|CEO|CTO|COO|CFO)`
	hanPerson = offices + `\s*(?:为|是|由|：|:|、)?\s*` + surnames + `\p{Han}{1,2}|` + surnames + `\p{Han}{1,2}\s*(?:任|担任|出任|兼任|创立|创办|创建)`
)

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
