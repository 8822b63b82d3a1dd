//! The words of what is done about an outbreak.

use bluezone_pages::text;

text! {
    APP, "Ứng dụng: {working} máy hoạt động; ghi nhận {detection} số tiếp xúc; thêm {false} người ở gần bị cảnh báo nhầm cho mỗi tiếp xúc{measured}; {publish} ca bệnh nhập mã và đồng ý công bố; từ kết quả đến cảnh báo: {delay} ngày.",
        "App: {working} of the phones work; {detection} of the contacts are recorded; {false} people near are warned in error for each contact{measured}; {publish} of the cases enter the code and agree to publish; days from the result to the warning: {delay}.";
    MEASURED, " (đo trên bản ghi thật, docs/proximity.md)", " (measured on real recordings, docs/proximity.md)";
    APP_FROM, "Ứng dụng hoạt động từ ngày {day}.", "The app works from day {day} on.";
    APP_AGES, "Từng nhóm tuổi (0–9, 10–19, …, từ 80) dễ có ứng dụng theo tỷ lệ {ages}.",
        "How likely each age (0–9, 10–19, …, 80 and over) is to have the app, beside the others: {ages}.";
    TOGETHER, "{share} số hộ cùng nhau quyết định có cài hay không.", "{share} of the households decide together whether to install.";
    UNITS, "Mức cài riêng của từng vùng, nâng hay hạ theo cùng tỷ lệ: {units}.",
        "Units with an adoption of their own, raised or lowered in proportion: {units}.";
    UNIT, "{name} ({share} dân số) {adoption}", "{name} ({share} of the people) {adoption}";
    INFECTIOUS, "Cảnh báo những tiếp xúc từ {before} ngày trước khi ca bệnh có triệu chứng (không rõ thì tính là {unknown} ngày trước khi báo) đến {after} ngày sau, không sau khi báo; máy nhớ {days} ngày.",
        "Warned are contacts from {before} days before the symptoms of a case (if unknown, they count from {unknown} days before the report) to {after} days after, none after the report; phones remember {days} days.";
    LAST_DAYS, "Cảnh báo mọi tiếp xúc trong {days} ngày gần nhất.", "Warned are all contacts of the last {days} days.";
    STAY_WITH_SYMPTOMS, "Có triệu chứng: {share} ở nhà, tối đa {days} ngày; mỗi ngày {stop} trong số đó thôi không ở nhà nữa.",
        "With symptoms {share} stay at home, up to {days} days; each day {stop} of them give it up.";
    STAY_AS_CASE, "Ca bệnh: {share} ở nhà, tối đa {days} ngày; mỗi ngày {stop} thôi.",
        "Of the cases {share} stay at home, up to {days} days; each day {stop} give it up.";
    STAY_WHEN_WARNED, "Được cảnh báo: {share} ở nhà, tối đa {days} ngày từ lần tiếp xúc; mỗi ngày {stop} thôi.",
        "Of the warned {share} stay at home, up to {days} days from the contact; each day {stop} give it up.";
    STAY_WHEN_WARNED_OF_SYMPTOMS, "Được cảnh báo về người có triệu chứng: {share} ở nhà, tối đa {days} ngày; mỗi ngày {stop} thôi.",
        "Of those warned of somebody with symptoms {share} stay at home, up to {days} days; each day {stop} give it up.";
    TEST, "Xét nghiệm: lấy mẫu sau {order} ngày, {result} ngày sau có kết quả; tìm ra {found} người nhiễm khi còn tìm được, báo nhầm {wrong} người không nhiễm.",
        "A test is taken after {order} days and has its result {result} days later; it finds {found} of the infected while it can, and {wrong} of the others in error.";
    TESTS_OF_SYMPTOMS, "{share} người có triệu chứng đi xét nghiệm.", "{share} of those with symptoms take a test.";
    TESTS_OF_WARNED, "{share} người được cảnh báo đi xét nghiệm.", "{share} of the warned take a test.";
    TESTS_OF_WARNED_OF_SYMPTOMS, "{share} người được cảnh báo về người có triệu chứng đi xét nghiệm.",
        "{share} of those warned of somebody with symptoms take a test.";
    TESTS_IN_ISOLATION, "{share} người phải ở nhà vì người khác trong nhà, hoặc đã được cảnh báo từ khi mới có triệu chứng, cũng đi xét nghiệm.",
        "{share} of those who stay at home because of somebody else there, or were warned when there were only symptoms, take a test too.";
    NEGATIVE_RELEASES, "Ai chỉ được cảnh báo mà có kết quả âm tính thì không phải ở nhà nữa.",
        "Whoever was only warned and has a negative result need not stay at home any longer.";
    NEGATIVE_RELEASES_IN_TIME, "Ai chỉ được cảnh báo mà có kết quả âm tính thì không phải ở nhà nữa, trừ khi có lần tiếp xúc quá gần ngày lấy mẫu nên xét nghiệm chưa thể phát hiện.",
        "Whoever was only warned and has a negative result need not stay at home any longer, unless a contact was too recent for that test to show.";
    NEGATIVE_OF_SYMPTOMS, "Kết quả âm tính chấm dứt việc ở nhà vì triệu chứng, không chấm dứt việc ở nhà vì được cảnh báo.",
        "A negative result ends staying at home for symptoms, not for a warning.";
    NEGATIVE_NOTHING, "Kết quả âm tính không thay đổi gì.", "A negative result changes nothing.";
    TRACING, "Truy vết thủ công: mỗi ngày {interviews} ca được phỏng vấn, {delay} ngày sau kết quả, và {told} người tiếp xúc được báo; ca bệnh kể ra được {home} người ở nhà, {occupation} ở trường và nơi làm, {elsewhere} ở nơi khác.",
        "Tracing by people: {interviews} cases are interviewed a day, {delay} days after the result, and {told} contacts told; a case can name {home} of those met at home, {occupation} of those at school and work, {elsewhere} of those elsewhere.";
    TRACING_IN_HOSPITAL, "Chỉ phỏng vấn ca bệnh được phát hiện khi đang nằm viện.", "Only cases who are found in hospital are interviewed.";
    TRACING_WITHOUT_APP, "Chỉ phỏng vấn ca bệnh không có ứng dụng.", "Only cases without the app are interviewed.";
    DECLARATIONS, "Khai báo y tế: {share} người có triệu chứng khai báo, và được xét nghiệm sau {days} ngày.",
        "Health declarations: {share} of those with symptoms declare them, and are tested {days} days later.";
    VENUES, "Cảnh báo theo địa điểm: {share} lượt gặp ngẫu nhiên ở nơi cả hai đã quét mã; cảnh báo sau {days} ngày, kèm {others} người khác có mặt cho mỗi lượt.",
        "Warnings by place: {share} of the chance contacts are where both have checked in; warned {days} days later, with {others} others present for each.";
    HOUSEHOLD_OF_CASE, "Cả nhà của ca bệnh ở nhà.", "The household of a case stays at home too.";
    HOUSEHOLD_OF_SYMPTOMS, "Cả nhà của người ở nhà vì triệu chứng cũng ở nhà chừng nào người ấy còn ở nhà, tối đa {days} ngày.",
        "The household of somebody who stays at home with symptoms does so too, as long as they do, up to {days} days.";
    HOUSEHOLD_OF_WARNED, "Cả nhà của người được cảnh báo cũng ở nhà.", "The household of somebody warned stays at home too.";
    HOUSEHOLD_OF_WARNED_OF_SYMPTOMS, "Cả nhà của người được cảnh báo về người có triệu chứng cũng ở nhà.",
        "The household of somebody warned of symptoms stays at home too.";
    WARN_ON_SYMPTOMS, "Chỉ triệu chứng cũng đã gửi cảnh báo, của những người sẽ công bố khi là ca bệnh và chậm như thế.",
        "Symptoms alone already warn, of those who would publish as a case, and as late.";
    WARN_AGAIN, "Khi có kết quả dương tính, ca bệnh công bố lần nữa.", "When the result is positive the case publishes once more.";
    SECOND_RING, "Cảnh báo cả F2: F1 nhận mã riêng, nhập mã và đồng ý như ca bệnh, cũng mất từng ấy ngày; tính tiếp xúc từ {days} ngày sau khi phơi nhiễm.",
        "F2 are warned too: an F1 gets a code of their own, enters it and agrees as often as a case, and it takes as many days; contacts count from {days} days after the exposure.";
    SECOND_RING_AT_ONCE, "Cảnh báo cả F2, ngay khi F1 được cảnh báo.", "F2 are warned too, as soon as the F1 is.";
    FURTHER_RINGS, "Cứ thế đến F{ring}.", "And so on up to F{ring}.";
    ZONES, "Khoanh vùng: vùng {people} dân đóng khi có {cases} ca trong tuần trên 1.000 dân, mở lại sau {days} ngày; còn {left} tiếp xúc ngoài gia đình.",
        "Closed zones: of {people} people, closed at {cases} cases a week for 1,000 people, open again after {days} days; {left} of the contacts outside the household are left.";
    CLOSURES, "Còn {occupation} tiếp xúc ở trường và nơi làm, {elsewhere} ở nơi khác.",
        "{occupation} of the contacts at school and work are left, {elsewhere} of those elsewhere.";
    NETWORKS, "Trong số còn lại ở trường và nơi làm: {primary} ở tiểu học, {secondary} ở trung học, {work} ở nơi làm, {retired} của người nghỉ hưu, {elderly} của người từ 80 tuổi.",
        "Of those left at school and work: {primary} in primary schools, {secondary} in secondary schools, {work} at work, {retired} among the retired, {elderly} among those of 80 and over.";
    MASKS, "Khẩu trang: ngoài nhà lây bằng {share}.", "Masks: outside the home {share} as infectious.";
    AT_HOME, "Trong nhà lây bằng {share} bình thường.", "At home {share} as infectious as usual.";
    PHASE, "Từ ngày {day}: {changes}", "From day {day} on: {changes}";
    NO_LONGER, "Không còn: {line}", "No longer: {line}";
    NO_CHANGE, "không có gì thay đổi.", "nothing changes."
}
