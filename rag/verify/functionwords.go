package verify

import "strings"

// functionWords are English words that carry grammar, and the words by which an answer
// points to its source. Stemmed forms stand where the stemmer changes them.
var functionWords = newSet(`a an the this that these those there here it its itself he him his she her they them their theirs we us our you your i me my
	one ones some any each every both all few more most less least such same other another own
	is are was were be been being am do doe does did done has have had having can could may might must shall should will would
	of in on at to by for from with into onto upon over under about between among through during before after since until till within without
	against across along around behind beyond toward towards up down out off per via than then as like so too also only just even still yet already
	and or but nor if while when where which who whom whose what why how because although though whether either neither both not no never
	however therefore thus hence moreover furthermore meanwhile according accord report say said state stat note describ mention list
	very much many well now again once ever often about roughly approximately nearly almost circa respectively namely including includ
	s t d ll re ve m`)

// functionHan are Han characters that carry grammar.
var functionHan = newRunes("的地得了着过是在和与及或而且并但把被将让使对从向到于以为因由其之此该这那它他她们我你您也都还就又再才只更最很较会能可应须所等个每各某些上下中内外里间时后前有些需要不没未无非则若如即")

// sourceWords are phrases by which a Chinese sentence points to its source. They count for nothing.
var sourceWords = []string{"据报告", "根据报告", "报告原文", "报告称", "报告指出", "报告显示", "报告提到", "报告中", "报告", "原文", "截至", "截止", "据悉", "指出", "表示", "提到", "称", "目前", "分别", "大约", "超过", "左右", "约", "近"}

// sourceFirsts are their first characters.
var sourceFirsts = newSet("据 根 报 原 截 指 表 提 称 目 分 大 超 左 约 近")

func newSet(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

func newRunes(s string) map[rune]bool {
	m := map[rune]bool{}
	for _, r := range s {
		m[r] = true
	}
	return m
}
