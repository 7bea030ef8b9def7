// Titles and names of the world's music that break careless programs, and strings that were made to. All are public
// facts or nonsense; none is longer than a search may be.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace test {

// clang-format off
inline constexpr std::array<std::string_view, 219> kOddTitles{
    "!!!", "???", "+44", "()", "( )", "[untitled]", "/", "//", "÷", "×", "=", "+", "-", "•", "...",
    "…Baby One More Time", "$", "#1", "#9 Dream", "#SELFIE", "#thatPOWER", "@", "&", "*", "~", "~~~", "°", "∞",
    "4'33\"", "AC/DC", "P!nk", "Ke$ha", "A$AP Rocky", "will.i.am", "fun.", "Wham!", "Panic! At The Disco",
    "Godspeed You! Black Emperor", "Therapy?", "Guns N' Roses", "N.W.A.", "blink-182", "*NSYNC", "M|A|R|R|S",
    "S.O.S.", "T.N.T.", "R.E.M.", "deadmau5", "∆", "alt-J", "Sigur Rós", "Björk", "Motörhead", "Mötley Crüe",
    "Blue Öyster Cult", "Queensrÿche", "Hüsker Dü", "Beyoncé", "Rosalía", "Þeyr", "Ænima", "Ágætis byrjun",
    "99 Luftballons", "7/11", "24/7", "5% TINT", "1+1", "2 + 2 = 5 (The Lukewarm.)", "A.D.I.D.A.S.",
    "B.Y.O.B.", "\"Heroes\"", "\"Weird Al\" Yankovic", "'39", "'74–'75", "Don't Stop Believin'",
    "What's Going On", "Rock 'n' Roll", "(I Can't Get No) Satisfaction", "(Sittin' On) The Dock Of The Bay",
    "<3", "</3", "<|°_°|>", "<COPINGMECHANISM>", "Untitled (How Does It Feel)", "i,i", "22, A Million",
    "22 (OVER S∞∞N)", "10 d E A T h b R E a s T ⚄ ⚄", "715 - CRΣΣKS", "33 “GOD”", "29 #Strafford APTS",
    "666 ʇ", "21 M◊◊N WATER", "8 (circle)", "____45_____", "00000 Million",
    "ΔMi−1 = −αΣn=1NDi[n] [Σj∈C[i]Fji[n − 1] + Fexti[n−1]]", "4 bit 9d api+e+6",
    "CIRCLONT6A [141.98] (syrobonkus mix)", "minipops 67 [120.2] (source field mix)",
    "PAPAT4 [155] (pineal mix)", "▲", "†", "†††", "♥", "☆", "★", "Ω", "µ-Ziq", "Ø", "∑", "πr²",
    "I Would Die 4 U", "Sk8er Boi", "U + Ur Hand", "4 Non Blondes", "3OH!3", "+/-", "The The", "www.memory",
    "HTTP", "404", "C:\\>", "back\\slash", "NULL", "None", "undefined", "true", "false", "0", "1", "-1",
    "1979", "2112", "867-5309/Jenny", "25 or 6 to 4", "99 Problems", "Mambo No. 5 (A Little Bit of...)",
    "Despacito (Remix) [feat. Justin Bieber]", "Déjà Vu", "Señorita", "Ça plane pour moi", "Für Elise",
    "Ständchen, D. 957/4", "Symphony No. 5 in C Minor, Op. 67: I. Allegro con brio", "Группа крови", "Кино",
    "東京", "上を向いて歩こう", "残酷な天使のテーゼ", "강남스타일", "방탄소년단", "月亮代表我的心", "甜蜜蜜", "يا رايح", "حبيبي يا نور العين",
    "הבה נגילה", "छैंया छैंया", "तुम ही हो", "Πάμε", "Σ'αγαπώ", "Żółć", "Łódź", "ＡＥＳＴＨＥＴＩＣ",
    "リサフランク420 / 現代のコンピュー", "花の専門店", "ＥＣＣＯと悪寒ダイビング", "𝕿𝖗𝖆𝖕", "E•MO•TION", "HUMBLE.", "DNA.", "i", "Y.M.C.A.",
    "thank u, next", "7 rings", "when the party's over", "!!!!!!!", "&burn", "lovely (with Khalid)",
    "SICKO MODE", "R.I.P. SCREW", "***Flawless", "“Heroes”", "L.E.S. Artistes",
    "$ave Dat Money (feat. Fetty Wap & Rich Homie Quan)", "Mmm Mmm Mmm Mmm", "Da Da Da", "D'yer Mak'er",
    "A-ha", "Kool & The Gang", "Earth, Wind & Fire", "Crosby, Stills, Nash & Young", "Emerson, Lake & Palmer",
    "Salt-N-Pepa", "Bell Biv DeVoe", "Boyz II Men", "10,000 Maniacs", "50 Cent", "2Pac", "U2", "UB40",
    "B-52's", "Sunn O)))", ":wumpscut:", "[:SITD:]", "::", ".O.rang", ",", "'", "\"", ";", "%", "% of love",
    "_", "{}", "🎵", "👩‍🎤", "❤️", "🇸🇪 ABBA"};
// clang-format on

// SQL, HTML, headers, logs, paths, shells, templates: what each would do where text is put together carelessly. None
// has a control character; those are refused, see kWithControls.
inline std::vector<std::string> hostile_strings() {
  // clang-format off
  const std::array<std::string_view, 75> cores{
      "' OR '1'='1", "'; DROP TABLE cached_answers; --", "1; DELETE FROM grants", "\" OR \"\"=\"",
      "') OR ('1'='1", "' UNION SELECT * FROM sqlite_master --", "'/**/OR/**/1=1#",
      "x' AND 1=(SELECT COUNT(*) FROM grants) --", "%' OR '%'='", "_%_%", "\\'; ATTACH DATABASE '/x' AS y; --",
      "NULL; --", "$$; COPY x FROM PROGRAM 'id'; $$", "'||(SELECT 1)||'", "\xEF\xBC\x87 OR 1=1",
      "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"><svg onload=alert(1)>",
      "</title><script>1</script>", "javascript:alert(1)", "<iframe src=//evil.example></iframe>",
      "&lt;script&gt;", "&#x3C;b&#x3E;", "<!--", "]]>", "<a href='https://evil.example'>x</a>",
      "' onmouseover='alert(1)", "<style>*{display:none}</style>", "{{7*7}}", "${7*7}", "<%= 7*7 %>", "#{7*7}",
      "{%raw%}", "%0d%0aSet-Cookie:%20a=b", "%0aX-Injected: 1", "\\r\\nHost: evil.example", "a: b",
      "Authorization: Bearer x", "HTTP/1.1 200 OK", "; secure; httponly", "level=error msg=\"forged\"",
      "{\"level\":\"error\",\"event\":\"forged\"}", "\\u000aforged line", "%s%s%s%n", "%x %d",
      "[2026-11-30] CRITICAL forged", "\\x1b[31mred", "\"}],\"x\":[{\"", "\\\",\\\"a\\\":\\\"", "\\",
      "../../../../etc/passwd", "..\\..\\windows\\win.ini", "%2e%2e%2f%2e%2e%2f", "/dev/null",
      "file:///etc/passwd", "C:\\Windows\\System32", "~root", "CON", "a/../b", "....//....//", "$(id)", "`id`",
      "| id", "; id", "&& id", "> /tmp/x", "*)(uid=*))(|(uid=*", "//*[1=1]", "__proto__", "constructor",
      "spotify:track:' OR 1=1", "artist:\"x\" OR year:1-9999", "?market=SE&limit=50", "&access_token=x",
      "#fragment?x=1"};
  // clang-format on
  std::vector<std::string> all;
  for (const std::string_view core : cores) {
    all.emplace_back(core);
    all.push_back("Love " + std::string(core));
    all.push_back(std::string(core) + " (Live)");
    all.push_back("\"" + std::string(core) + "\"");
  }
  return all;
}

// Line breaks, NUL, escapes: refused before anything is sent.
inline constexpr std::array<std::string_view, 8> kWithControls{
    "a\r\nSet-Cookie: b=c", "a\nforged line", "a\rb",       std::string_view("a\0b", 3),
    "a\x1b[31mb",           "a\x7f",          "a\xc2\x85z", "a\tb",
};

}  // namespace test
