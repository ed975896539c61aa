package bot

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// offsetForm is a difference to UTC: "UTC+8", "+05:30", "GMT-3", "UTC".
var offsetForm = regexp.MustCompile(`^(?i:(utc|gmt)?([+-])(\d{1,2})(?::?([0-5]\d))?|utc|gmt|z)$`)

// mostOffset is that of the Line Islands; the other way it is twelve hours.
const mostOffset = 14 * 60

var errZone = errors.New("no such time zone")

// ZoneOf reads what a person calls a time zone: a name of the IANA database in
// any case, blanks for underscores, or a difference to UTC. What it returns is
// what [Subscription].Zone takes.
func ZoneOf(text string) (string, error) {
	text = strings.ReplaceAll(strings.TrimSpace(text), " ", "_")
	if m := offsetForm.FindStringSubmatch(text); m != nil {
		return offsetName(m[2], m[3], m[4])
	}
	for _, name := range []string{text, titled(text), strings.ToUpper(text)} {
		if _, err := locate(name); err == nil && name != "" && name != "Local" && strings.ContainsFunc(name, unicode.IsLetter) {
			return name, nil
		}
	}
	return "", errZone
}

// offsetName writes a difference to UTC in one form.
func offsetName(sign, hours, minutes string) (string, error) {
	h, _ := strconv.Atoi(hours)
	m, _ := strconv.Atoi(minutes)
	switch {
	case h*60+m > mostOffset:
		return "", errZone
	case h == 0 && m == 0:
		return "UTC", nil
	}
	return fmt.Sprintf("UTC%s%02d:%02d", sign, h, m), nil
}

// titled writes a name as the database does: America/New_York.
func titled(text string) string {
	begins := true
	return strings.Map(func(r rune) rune {
		if begins {
			r = unicode.ToUpper(r)
		} else {
			r = unicode.ToLower(r)
		}
		begins = r == '/' || r == '_' || r == '-'
		return r
	}, text)
}

// locate returns the zone of a subscription.
func locate(zone string) (*time.Location, error) {
	m := offsetForm.FindStringSubmatch(zone)
	if m == nil || m[3] == "" {
		return time.LoadLocation(zone)
	}
	h, _ := strconv.Atoi(m[3])
	minutes, _ := strconv.Atoi(m[4])
	seconds := (h*60 + minutes) * 60
	if seconds > mostOffset*60 {
		return nil, errZone
	}
	if m[2] == "-" {
		seconds = -seconds
	}
	return time.FixedZone(zone, seconds), nil
}
