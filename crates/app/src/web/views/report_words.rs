//! The words of [`super::report`].

use bluezone_pages::text;

text! {
    TITLE, "Báo chẩn đoán", "Report a diagnosis";
    STEP_CODE, "Nhập mã", "Code";
    STEP_CHOOSE, "Xem và chọn", "Review";
    STEP_SEND, "Gửi", "Send";
    STEP_DONE, "Xong", "Done";

    ENTER_WHY,
        "Nếu bạn được chẩn đoán mắc bệnh, cán bộ y tế có thể cấp cho bạn một mã dùng một lần. Nhập mã để cảnh báo những người đã ở gần bạn mà không nêu tên mình.",
        "If you have been diagnosed, a health officer can give you a one-time code. Enter it to warn the people who were near you, without giving your name.";
    CODE_LABEL, "Mã từ cán bộ y tế", "Code from the health officer";
    CODE_HINT, "8 chữ số, hoặc cả đường dẫn mà bạn nhận được.", "8 digits, or the whole link that you received.";
    CODE_SEND, "Kiểm tra mã", "Check the code";
    ENTER_SAFE, "Bước này chỉ gửi mã. Chưa có gì của bạn được công bố cho đến khi bạn xem và đồng ý.",
        "This step sends only the code. Nothing of yours is published before you have seen it and agreed.";
    NO_CODE, "Tôi không có mã", "I have no code";
    NO_CODE_WHY,
        "Mã do trạm y tế, CDC tỉnh hoặc nơi xét nghiệm cấp khi có kết quả. Mã 8 số có hiệu lực 15 phút, đường dẫn có hiệu lực 24 giờ. Nếu chưa có, hãy hỏi nơi đã báo kết quả cho bạn.",
        "A health station, the provincial CDC or the place that tested you gives it with the result. 8 digits are valid for 15 minutes, a link for 24 hours. If you have none, ask whoever told you the result.";
    WHO_ASKS, "Có người gọi điện hỏi mã của tôi?", "Someone called and asked for my code?";
    WHO_ASKS_WHY,
        "Đừng đưa mã cho ai. Cán bộ y tế đưa mã cho bạn chứ không bao giờ hỏi lại mã. Bạn chỉ nhập mã trên trang này.",
        "Give it to nobody. Officers give codes and never ask for them. Enter it only on this page.";
    WRONG_FORM, "Mã gồm 8 chữ số, hoặc là cả đường dẫn. Hãy kiểm tra lại.",
        "A code is 8 digits, or the whole link. Please check it.";
    WRONG_SCHEME, "Điện thoại này đang phát mã kiểu Bluezone 2020 nên không thể công bố khóa.",
        "This phone sends codes of the Bluezone 2020 kind, whose keys cannot be published.";
    IN_PROGRESS, "Một lần báo trước đang được gửi. Hãy chờ xong.", "An earlier report is being sent. Please wait until it is done.";

    SENDING_CODE, "Đang kiểm tra mã…", "Checking the code…";
    SENDING_CODE_WHY, "Chỉ mất vài giây khi có mạng.", "It takes a few seconds when there is a connection.";
    SENDING_KEYS, "Đang gửi…", "Sending…";
    SENDING_KEYS_WHY,
        "Bạn có thể rời trang này: điện thoại gửi tiếp, kể cả sau khi khởi động lại, và chỉ gửi một lần.",
        "You may leave this page: the phone goes on, even after a restart, and sends it only once.";
    NO_ANSWER, "Máy chủ chưa trả lời", "The server does not answer yet";
    NO_ANSWER_WHY, "Điện thoại tự thử lại. Hãy kiểm tra kết nối mạng.", "The phone tries again by itself. Please check the connection.";
    PAUSED, "Mã 8 số đang tạm ngừng", "8-digit codes are paused";
    PAUSED_WHY,
        "Có quá nhiều mã sai được thử trên toàn hệ thống. Hãy xin cán bộ y tế đường dẫn thay cho mã 8 số, hoặc chờ: điện thoại tự thử lại.",
        "Too many wrong codes were tried across the system. Ask the officer for a link instead, or wait: the phone tries again by itself.";
    RETRY_NOW, "Thử lại ngay", "Try again now";
    RETRY_AT, "Tự thử lại lúc {t}.", "Tries again by itself at {t}.";
    CANCEL, "Hủy", "Cancel";

    ASK_CONFIRMED, "Mã hợp lệ: ca mắc {disease} đã xác nhận", "The code is valid: confirmed {disease}";
    ASK_LIKELY, "Mã hợp lệ: nghi mắc {disease}", "The code is valid: likely {disease}";
    ASK_SELF, "Mã hợp lệ: bạn tự báo mắc {disease}", "The code is valid: your own report of {disease}";
    ASK_WHY,
        "Bây giờ bạn có thể cảnh báo những người đã ở gần bạn. Hãy xem những gì sẽ được công bố. Việc này là tự nguyện: không đồng ý cũng không sao.",
        "You can now warn the people who were near you. See what would be published. It is your choice: it is all right to say no.";
    ASK_CONTACT, "Mã hợp lệ: bạn là người tiếp xúc gần (F1) của ca mắc {disease}", "The code is valid: you are a close contact (F1) of a {disease} case";
    ASK_CONTACT_WHY,
        "Bây giờ bạn có thể báo cho những người đã ở gần bạn. Khóa của bạn được công bố là của người tiếp xúc gần, không phải của người bệnh, trong một danh sách riêng. Họ được báo rằng chưa ai biết bạn có mắc bệnh hay không. Nếu sau này bạn âm tính, hãy xin mã để rút lại; nếu dương tính, mã mới đổi các khóa này thành của ca bệnh. Việc này là tự nguyện.",
        "You can now tell the people who were near you. Your keys are published as those of a close contact, not of an ill person, in a list of their own. They are told that you are not known to be ill. If you test negative later, ask for a code to withdraw them; if positive, a new code turns them into a case's. It is your choice.";
    ASK_CHANGE, "Mã hợp lệ: kết quả mới về {disease}", "The code is valid: a new result on {disease}";
    ASK_CHANGE_WHY,
        "Bạn đã công bố khóa trước đây. Các khóa đó được gửi lại với kết luận mới. Những ngày sau đó là mới: bạn chọn có công bố hay không.",
        "You published keys before. These are sent again with the new finding. The days since are new: you choose whether to publish them.";
    ASK_AGAIN_WHY,
        "Bạn đã công bố khóa trước đây, kết luận không đổi. Bạn có thể công bố thêm những ngày sau đó.",
        "You published keys before, and the finding is the same. You can publish the days since as well.";
    ASK_WITHDRAW, "Mã hợp lệ: bạn không mắc {disease}", "The code is valid: you do not have {disease}";
    ASK_WITHDRAW_WHY, "Bạn có thể rút lại cảnh báo đã gửi: điện thoại của những người khác sẽ bỏ cảnh báo đó.",
        "You can withdraw the warning you sent: other phones will drop it.";

    SHARED, "Những gì sẽ được công bố", "What would be published";
    SHARED_WHY, "{n} ngày, mỗi ngày một khóa ngẫu nhiên, và ngày có triệu chứng nếu bạn ghi. Ngoài ra không có gì khác rời khỏi điện thoại.",
        "{n} days, one random key a day, and the day of the first symptoms if you give it. Nothing else leaves the phone.";
    SHARED_ONE, "1 ngày, một khóa ngẫu nhiên, và ngày có triệu chứng nếu bạn ghi. Ngoài ra không có gì khác rời khỏi điện thoại.",
        "1 day, one random key, and the day of the first symptoms if you give it. Nothing else leaves the phone.";
    SHARED_CONTACT, "{n} ngày, mỗi ngày một khóa ngẫu nhiên, được đánh dấu là của người tiếp xúc gần. Ngoài ra không có gì khác rời khỏi điện thoại.",
        "{n} days, one random key a day, marked as a close contact's. Nothing else leaves the phone.";
    FAR_CONTACT, "Không công bố, vì những ngày này bạn chưa thể lây cho người khác: bạn mới tiếp xúc, hoặc chưa tiếp xúc, với ca bệnh:",
        "Not published, being days on which you could not yet infect others: before you were near the case, or too soon after:";
    BEFORE, "Đã công bố trước đây, nay gửi lại:", "Published before, and sent again:";
    FAR, "Không công bố, vì những ngày này bạn chưa hoặc không còn có thể lây cho người khác:",
        "Not published, being days on which you could not yet or no longer infect others:";
    NOTHING_YET, "Không có ngày mới nào để công bố.", "There is no new day to publish.";
    LEAVE_OUT, "Bỏ chọn những ngày bạn không muốn công bố.", "Untick the days that you do not want to publish.";
    HOURS, "nhận ra được trong {h} giờ của ngày đó", "recognisable for {h} hours of that day";
    DAY_NOTE, "Ngày tính từ 7 giờ sáng đến 7 giờ sáng hôm sau. Khóa chỉ được công bố 2 giờ sau khi hết dùng.",
        "A day runs from 7:00 to 7:00 of the next. A key is published only two hours after it was last used.";
    ONSET, "Ngày bắt đầu có triệu chứng", "Day of the first symptoms";
    ONSET_HINT, "Giúp tính đúng những ngày dễ lây. Để trống nếu không có triệu chứng hoặc không nhớ.",
        "Helps to count the infectious days rightly. Leave it empty if you had none or do not remember.";
    ONSET_WRONG, "Ngày có triệu chứng phải trong 28 ngày vừa qua.", "The day of the first symptoms must lie in the last 28 days.";

    ONSET_FAR, "Theo ngày này, có ngày đã chọn bạn không thể lây cho người khác nên không được công bố. Hãy xem lại bên dưới rồi đồng ý.",
        "By this day, you could not infect others on some of the chosen days; they are not published. Please look again below, then agree.";

    NOT_SENT, "Không được gửi đi", "What is not sent";
    NOT_SENT_1, "Tên, số điện thoại, địa chỉ, vị trí của bạn.", "Your name, phone number, address or location.";
    NOT_SENT_2, "Nhật ký tiếp xúc: bạn đã gặp ai, bao lâu.", "Your contact diary: whom you met and for how long.";
    NOT_SENT_3, "Mã của cán bộ y tế không nằm trong những gì công bố.", "The officer's code is not part of what is published.";
    REVEALED, "Người khác có thể biết gì", "What others might learn";
    REVEALED_1, "Ai dùng Bluezone và đã ở gần bạn sẽ biết ngày nào họ ở gần một người mắc bệnh. Nếu hôm đó họ chỉ gặp bạn, họ có thể đoán ra.",
        "Whoever uses Bluezone and was near you learns on which day they were near someone ill. If they met only you that day, they may guess.";
    REVEALED_CONTACT, "Ai dùng Bluezone và đã ở gần bạn sẽ biết ngày nào họ ở gần một người tiếp xúc gần. Nếu hôm đó họ chỉ gặp bạn, họ có thể đoán ra.",
        "Whoever uses Bluezone and was near you learns on which day they were near a close contact. If they met only you that day, they may guess.";
    REVEALED_2, "Ai đặt máy thu Bluetooth ở nhiều nơi có thể nối những nơi đã nghe thấy bạn trong một ngày. Các khóa của bạn cùng cho thấy một ngày có triệu chứng, nên khi ít người cùng báo, họ có thể nối cả ngày này với ngày khác.",
        "Whoever placed Bluetooth receivers in several places can link where they heard you within one day. Your keys all tell the same day of first symptoms, so where few people report, they may link one day to another as well.";
    REVEALED_3, "Cơ quan y tế đã biết bạn từ khi cấp mã, nhưng không biết bạn đã gặp ai.",
        "The health authority knows you from issuing the code, but not whom you met.";

    AGREE, "Tôi đã xem và đồng ý. Tôi hiểu rằng khóa đã công bố thì không thu lại được.",
        "I have seen this and agree. I understand that published keys cannot be called back.";
    AGREE_FIRST, "Hãy đánh dấu vào ô đồng ý, hoặc bấm “Không, hủy”.", "Tick the box to agree, or press “No, cancel”.";
    DAY_FIRST, "Hãy chọn ít nhất một ngày.", "Choose at least one day.";
    PUBLISH, "Công bố các khóa đã chọn", "Publish the chosen keys";
    WITHDRAW, "Rút lại cảnh báo", "Withdraw the warning";
    NOT_NOW, "Chưa quyết định được? Bạn có 24 giờ kể từ khi nhập mã.", "Not sure yet? You have 24 hours from entering the code.";
    REFUSE, "Không, hủy", "No, cancel";

    PUBLISHED, "Đã gửi. Cảm ơn bạn.", "Sent. Thank you.";
    PUBLISHED_WHY, "Trong vài giờ tới, điện thoại của những người đã ở gần bạn sẽ tự nhận ra và cảnh báo họ. Không ai biết đó là bạn qua Bluezone.",
        "In the next hours the phones of those who were near you will find out by themselves and warn them. Bluezone does not tell anyone that it was you.";
    PUBLISHED_CONTACT_WHY, "Trong vài giờ tới, điện thoại của những người đã ở gần bạn sẽ tự nhận ra và báo cho họ rằng họ đã ở gần một người tiếp xúc gần, chưa rõ có mắc bệnh hay không. Không ai biết đó là bạn qua Bluezone.",
        "In the next hours the phones of those who were near you will find out by themselves and tell them that they were near a close contact, who is not known to be ill. Bluezone does not tell anyone that it was you.";
    SENT_AT, "Gửi lúc {t}. Những ngày đã gửi:", "Sent at {t}. Days sent:";
    LEFT_OUT, "Máy chủ không nhận một số ngày: đã quá cũ, ngoài thời gian lây, hoặc đồng hồ điện thoại chạy nhanh. Chỉ những ngày trên được gửi.",
        "The server did not take some of the days: too old, not infectious, or the phone's clock is fast. Only those above count as sent.";
    WITHDRAWN, "Đã rút lại cảnh báo", "The warning is withdrawn";
    WITHDRAWN_WHY, "Trong vài giờ tới, điện thoại của những người khác sẽ bỏ cảnh báo.",
        "In the next hours other phones will drop it.";
    NEXT, "Tiếp theo", "What comes next";
    NEXT_1, "Làm theo hướng dẫn của cán bộ y tế về cách ly và điều trị.", "Follow the health officer on isolation and treatment.";
    NEXT_2, "Cứ để Bluetooth bật khi đi khám: điện thoại đã dùng khóa mới, chưa được công bố.",
        "Keep Bluetooth on when you go for care: the phone already uses a new key, which is not published.";
    NEXT_3, "Nếu khó thở, đau tức ngực hoặc lơ mơ, gọi 115 ngay.", "With trouble breathing, chest pain or confusion, call 115 at once.";
    SHARE, "Giúp thêm?", "Help further?";
    SHARE_WHY, "Nếu muốn, bạn chia sẻ được lịch sử tiếp xúc với cơ quan y tế, hoặc cho phép họ hỏi sau. Không bắt buộc; bạn xem trước từng phần. Mục này mở trong 24 giờ.",
        "If you like, you can share your contact history with the health authority, or let them ask later. You need not; you see each part first. This is open for 24 hours.";
    SHARE_SEE, "Xem sẽ chia sẻ gì", "See what would be shared";
    CLOSE, "Đóng thông báo này", "Close this message";

    CODE_REFUSED, "Mã không dùng được", "The code does not work";
    CODE_REFUSED_WHY, "Mã không đúng, đã hết hạn hoặc đã được dùng. Hãy hỏi cán bộ y tế một mã mới.",
        "It is wrong, has expired or was used before. Ask the health officer for a new one.";
    NO_WITHDRAW, "Không có gì để rút lại", "There is nothing to withdraw";
    NO_WITHDRAW_WHY, "Mã này dành cho kết quả âm tính, nhưng điện thoại này chưa công bố khóa nào có thể rút lại.",
        "This code is for a negative result, but this phone has published nothing that could be withdrawn.";
    TOO_LATE, "Đã quá 24 giờ", "More than 24 hours have passed";
    TOO_LATE_WHY, "Mã đã nhập không còn hiệu lực. Hãy hỏi cán bộ y tế một mã mới.",
        "The code you entered is no longer valid. Ask the health officer for a new one.";
    ALREADY, "Một phần đã được công bố trước đây", "Part of this was published before";
    ALREADY_WHY,
        "Lần báo trước đã đến máy chủ, dù điện thoại không nhận được trả lời. Phần còn lại chưa được công bố: hãy hỏi cán bộ y tế một mã mới.",
        "An earlier report did reach the server, though the phone never got the answer. The rest is not published yet: ask the health officer for a new code.";
    OTHER, "Máy chủ không nhận", "The server did not accept it";
    OTHER_WHY, "Hãy hỏi cán bộ y tế một mã mới và thử lại.", "Ask the health officer for a new code and try again.";
    MAYBE_SENT, "Các khóa đã được gửi đi: có thể chúng đã được công bố, điện thoại không biết chắc.",
        "Your keys were on their way: they may have been published, the phone cannot tell for sure.";
    NOTHING_SENT, "Không có khóa nào của bạn được công bố.", "None of your keys was published.";
    AGAIN, "Nhập mã khác", "Enter another code"
}
