// Invented titles in the scripts of the world, with what titles have besides letters: joiners that their spelling
// needs, emoji, brackets, dashes, numbers. The same five thousand at every run.
#pragma once

#include <array>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace test {

inline constexpr size_t kTitles = 5000;

// Six words of each.
using Words = std::array<std::string_view, 6>;
inline constexpr std::array<Words, 36> kScripts{{
    {"River", "Paper Moon", "Slow Trains", "Don't Wait", "O'Malley's", "Half-Light"},
    {"Übermorgen", "Straße", "Fußnoten", "Möwen", "Ärger", "Öl"},
    {"L'été", "Ça va", "Œuvre", "Naïveté", "À bientôt", "Garçon"},
    {"Corazón", "¿Dónde?", "¡Ay!", "Mañana", "Pingüino", "Niñez"},
    {"Coração", "Não", "Avô", "Maçã", "Saudade", "Órfão"},
    {"Łąka", "Żółw", "Śnieg", "Gęś", "Ćma", "Źródło"},
    {"Příběh", "Žízeň", "Kůň", "Ďas", "Ťuk", "Řeka"},
    {"Ağaç", "İstanbul", "Gümüş", "Çiçek", "Işık", "Öğle"},
    {"Đường về", "Mưa", "Tiếng hát", "Ngày ấy", "Người ơi", "Trời"},
    {"Ísland", "Þögn", "Æður", "Ógn", "Ýmir", "Ðað"},
    {"Привет", "Дождь", "Ёлка", "Чайка", "Объезд", "Щука"},
    {"Пісня", "Їжак", "Ґудзик", "Єва", "М'ята", "Зірка"},
    {"Љубав", "Ђак", "Џеп", "Њива", "Ћирилица", "Јутро"},
    {"Θάλασσα", "Άνοιξη", "Ώρα", "Ήλιος", "Ύπνος", "Ψυχή"},
    {"Արև", "Սեր", "Երգ", "Լույս", "Ծաղիկ", "Գիշեր"},
    {"მზე", "სიყვარული", "ღამე", "წვიმა", "ჩიტი", "ქარი"},
    {"שלום", "לילה", "שִׁיר", "אהבה", "ירושלים", "גשם"},
    {"مرحبا", "ليل", "حُبّ", "قلب", "نجوم", "مطر"},
    {"می\u200cخواهم", "نمی\u200cدانم", "خانه\u200cها", "شب", "گل", "پنجره"},
    {"خواب", "دل", "ٹھنڈا", "چاند", "بارش", "کہانی"},
    {"नमस्ते", "प्रेम", "क्\u200dष", "बारिश", "ज़िन्दगी", "चाँद"},
    {"বৃষ্টি", "ভালোবাসা", "চাঁদ", "গান", "আকাশ", "ক্ষণ"},
    {"ਪਿਆਰ", "ਚੰਨ", "ਮੀਂਹ", "ਦਿਲ", "ਗੀਤ", "ਰਾਤ"},
    {"பாடல்", "மழை", "காதல்", "நிலா", "இரவு", "கனவு"},
    {"పాట", "వర్షం", "ప్రేమ", "చంద్రుడు", "రాత్రి", "కల"},
    {"ಹಾಡು", "ಮಳೆ", "ಪ್ರೀತಿ", "ಚಂದ್ರ", "ರಾತ್ರಿ", "ಕನಸು"},
    {"അവന്\u200d", "മഴ", "പ്രണയം", "രാത്രി", "പാട്ട്", "സ്വപ്നം"},
    {"ශ්\u200dරී", "වැස්ස", "ආදරය", "රාත්\u200dරිය", "ගීතය", "සඳ"},
    {"ฝน", "ความรัก", "เพลง", "คืนนี้", "ดวงจันทร์", "น้ำตา"},
    {"ຝົນ", "ຮັກ", "ເພງ", "ຄືນ", "ດາວ", "ໃຈ"},
    {"ភ្លៀង", "ស្នេហ៍", "ចម្រៀង", "យប់", "ព្រះចន្ទ", "ផ្កា"},
    {"မိုး", "အချစ်", "သီချင်း", "ည", "လ", "ပန်း"},
    {"雨の日", "さくら", "トーキョー", "恋しくて", "ヴィーナス", "々"},
    {"月亮", "下雨天", "愛情", "爱情", "夜曲", "龍"},
    {"비 오는 날", "사랑", "밤하늘", "꽃", "노래", "안녕"},
    {"ዝናብ", "ፍቅር", "ዘፈን", "ሌሊት", "ኮከብ", "ᠮᠣᠩᠭᠣᠯ"},
}};
// clang-format off
inline constexpr std::array<std::string_view, 25> kShapes{
    "%", "% %", "% / %", "% (feat. %)", "% - Remastered 2011", "\"%\"", "%: %", "% & %", "%!", "%?",
    "% [Live]", "#%", "% #2", "% — %", "%…", "% ❤️", "👩‍👩‍👧‍👦 %", "% 🏳️‍🌈", "«%»", "„%“", "% 1️⃣", "% + %",
    "% @ 3 a.m.", "「%」", "% 🇸🇪"};
// clang-format on

inline std::vector<std::string> multilingual_titles() {
  std::set<std::string> seen;
  std::vector<std::string> titles;
  for (size_t n = 0; titles.size() < kTitles; ++n) {
    const Words& words = kScripts[n % kScripts.size()];
    const size_t round = n / kScripts.size();
    std::string title;
    size_t word = round;
    for (const char c : kShapes[round % kShapes.size()]) {
      if (c == '%') {
        title += words[word % words.size()];
        word += 1 + round / 150;
      } else {
        title.push_back(c);
      }
    }
    // Enough rounds use up the words of a script; after that they are numbered, as sequels are.
    if (!seen.insert(title).second) title += " " + std::to_string(round);
    seen.insert(title);
    titles.push_back(std::move(title));
  }
  return titles;
}

}  // namespace test
