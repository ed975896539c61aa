package verify

import "strings"

// measures are units of measure by the words and signs for them, in both languages. A figure
// with one does not stand for the same figure with another.
var measures = newMeasures(map[string]string{
	"kg": "kg kilogram kilogramme kilo 公斤 千克", "g": "gram 克", "t": "ton tonne 吨", "km": "km kilometre kilometer 公里 千米", "metre": "metre meter 米",
	"cm": "cm centimetre centimeter 厘米", "mm": "mm millimetre millimeter 毫米", "mile": "mile 英里", "knot": "knot 节",
	"kWh": "kwh 千瓦时", "MWh": "mwh 兆瓦时", "GWh": "gwh 吉瓦时", "kW": "kw kilowatt 千瓦", "MW": "mw megawatt 兆瓦", "GW": "gw gigawatt 吉瓦", "V": "volt 伏", "Ah": "ah mah 安时",
	"litre": "litre liter 升", "GB": "gb gigabyte", "TB": "tb terabyte", "MB": "mb megabyte",
	"second": "second sec 秒", "minute": "minute min 分钟", "hour": "hour hr h 小时", "day": "day 天", "week": "week 周 星期", "month": "month 个月", "year": "year",
})

func newMeasures(groups map[string]string) map[string]string {
	m := map[string]string{}
	for id, l := range groups {
		for _, w := range strings.Fields(l) {
			m[stem(w)] = id
		}
	}
	return m
}

// longestMeasure is the length of the longest Chinese one, in characters.
const longestMeasure = 3

// measureAt returns the unit of measure that stands at word i, "" for none.
func measureAt(words []word, i int) string {
	if i >= len(words) || words[i].gap > joined {
		return ""
	}
	if !words[i].han {
		return measures[words[i].norm]
	}
	for n := longestMeasure; n > 0; n-- {
		var b strings.Builder
		for k := i; k < i+n && k < len(words) && words[k].han; k++ {
			b.WriteString(words[k].text)
		}
		if m := measures[b.String()]; m != "" {
			return m
		}
	}
	return ""
}
