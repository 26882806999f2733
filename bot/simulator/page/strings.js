// The words of the page. Arabic unless the address says ?lang=en.

const words = {
  ar: {
    title: "راصد · الوضع المحلي",
    notice: "محادثات تجريبية على هذا الجهاز، لا يصل منها شيء إلى تلغرام. أخبار «راصد تجريبي» مختلقة.",
    offline: "انقطع الاتصال، تُعاد المحاولة…",
    otherLanguage: "English",
    chats: "المحادثات",
    chatWith: (name) => `محادثة ${name}`,
    messagesOf: (name) => `رسائل ${name}`,
    box: "اكتب رسالة",
    send: "إرسال",
    menu: "أوامر البوت",
    as: "باسم",
    start: "ابدأ",
    empty: "لم تبدأ المحادثة بعد. اضغط «ابدأ»، أو اكتب مثلاً: تابع جاسم",
    block: "حظر",
    unblock: "رفع الحظر",
    remove: "إخراج البوت",
    restore: "إعادة البوت",
    person: "محادثة خاصة مع راصد",
    group: (names) => `مجموعة: ${names.join("، ")}، وراصد`,
    blocked: "حظرتَ البوت",
    removed: "البوت خارج المجموعة",
    typing: "راصد يكتب…",
    edited: "معدّلة",
    silent: "بلا صوت",
    today: "اليوم",
    location: "الموقع على الخريطة",
    document: "ملف",
    photo: "صورة",
    ok: "حسناً",
    newBelow: "رسائل جديدة ↓",
    failed: "لم تُرسل",
  },
  en: {
    title: "Rasid · local mode",
    notice: "Test chats on this machine; nothing of them reaches Telegram. News by «راصد تجريبي» is invented.",
    offline: "Connection lost, trying again…",
    otherLanguage: "العربية",
    chats: "Chats",
    chatWith: (name) => `Chat of ${name}`,
    messagesOf: (name) => `Messages of ${name}`,
    box: "Write a message",
    send: "Send",
    menu: "Bot commands",
    as: "as",
    start: "Start",
    empty: "The chat has not begun. Press “Start”, or write for example: تابع جاسم",
    block: "Block",
    unblock: "Unblock",
    remove: "Remove bot",
    restore: "Bring bot back",
    person: "Private chat with Rasid",
    group: (names) => `Group: ${names.join(", ")} and Rasid`,
    blocked: "You blocked the bot",
    removed: "The bot is out of the group",
    typing: "Rasid is typing…",
    edited: "edited",
    silent: "silent",
    today: "Today",
    location: "Place on the map",
    document: "File",
    photo: "Picture",
    ok: "OK",
    newBelow: "New messages ↓",
    failed: "Not sent",
  },
};

export const language = new URLSearchParams(location.search).get("lang") === "en" ? "en" : "ar";
export const text = words[language];

const locale = language === "ar" ? "ar-SY-u-nu-latn" : "en-GB";
const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hour12: false });
const calendar = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" });

export const timeOf = (date) => clock.format(date);
export const dayOf = (date) => (date.toDateString() === new Date().toDateString() ? text.today : calendar.format(date));
