//! The words of [`super::share`]. Those beside a box are the evidence of what its owner agreed to: their hash goes along.

use bluezone_pages::text;

text! {
    SHARE_TITLE, "Chia sẻ lịch sử tiếp xúc", "Share contact history";
    TELL_TITLE, "Báo cho trạm y tế", "Report to the health station";
    BACK_REPORT, "Về phần báo chẩn đoán", "Back to the report";
    BACK_WARNING, "Về cảnh báo", "Back to the warning";
    MY_DATA, "Dữ liệu của tôi", "My data";

    SHARE_WHY,
        "Bạn đã cảnh báo những người ở gần. Nếu muốn, bạn có thể giúp thêm: cho cơ quan y tế xem máy này đã nghe thấy những máy nào. Không bắt buộc, và không ảnh hưởng đến việc khám chữa bệnh của bạn.",
        "You have warned those who were near you. If you like, you can help further and let the health authority see which phones this one heard. You need not, and it changes nothing about your treatment.";
    TELL_WHY,
        "Bạn có thể cho trạm y tế biết những lần tiếp xúc đã làm điện thoại cảnh báo bạn. Không bắt buộc: bạn có thể gọi điện cho họ, hoặc không làm gì.",
        "You can tell the health station which contacts made this phone warn you. You need not: you can call them instead, or do nothing.";

    DAYS, "Những ngày nào", "Which days";
    DAYS_WHY, "Bỏ chọn những ngày bạn không muốn gửi.", "Untick the days that you do not want to send.";
    HEARD, "{n} mã của máy khác", "{n} codes of other phones";
    HEARD_ONE, "1 mã của máy khác", "1 code of another phone";
    HEARD_NONE, "không nghe thấy máy nào", "no other phone heard";
    LINKS, "kèm mã của máy bạn ngày đó", "with your phone's own codes of that day";
    LEFT_OUT, "Ngày này quá đông: {n} lần nghe yếu nhất không được gửi.", "A crowded day: the {n} weakest recordings are not sent.";
    DAY_NOTE, "Ngày tính từ 7 giờ sáng đến 7 giờ sáng hôm sau. Mỗi máy đổi mã 10 phút một lần, nên số mã lớn hơn số người nhiều.",
        "A day runs from 7:00 to 7:00 of the next. A phone changes its code every 10 minutes, so there are many more codes than people.";

    MEANS, "Sẽ gửi những gì", "What is sent";
    SENT_HEARD, "Mọi mã mà máy này đã nghe thấy trong những ngày chọn: lúc nào, mạnh yếu ra sao. Máy không biết đó là ai.",
        "Every code that this phone heard on the days chosen: when, and how strongly. The phone does not know whose they are.";
    SENT_WARNED, "Chỉ những mã của người đã báo mắc bệnh mà máy này nghe thấy: lúc nào, mạnh yếu ra sao.",
        "Only codes of people who reported an illness, as this phone heard them: when, and how strongly.";
    SENT_KEY, "Mã mà máy bạn đã phát trong những ngày đó, để đối chiếu hai phía.",
        "The codes that your own phone sent on those days, so that both sides can be compared.";
    LINK_TITLE, "Mã của một ngày được nối lại với nhau", "The codes of a day become linked";
    LINK_WHY,
        "Với những gì bạn gửi, đơn vị y tế nối được các mã máy bạn đã phát trong một ngày. Ai có bản ghi Bluetooth ở nhiều nơi và có dữ liệu này thì biết bạn đã qua những nơi đó trong ngày.",
        "With what you send, the health unit can link the codes that your phone used within one day. Whoever has this and Bluetooth recordings from several places learns that you passed those places that day.";
    PROTECTED, "Được bảo vệ thế nào?", "How is it protected?";
    PROTECTED_1, "Được niêm phong hai lớp trên máy này. Để mở cần cả đơn vị y tế và một bên giữ khóa độc lập.",
        "It is sealed twice on this phone. Opening it takes the health unit and an independent keeper together.";
    PROTECTED_2, "Mỗi lần mở đều phải ghi trước vào nhật ký công khai. Máy này tự đọc nhật ký đó và cho bạn biết ai đã mở, vì sao.",
        "Each opening must first stand in a public log. This phone reads that log and tells you who opened it and why.";
    PROTECTED_3, "Bạn rút lại được bất cứ lúc nào trong mục Dữ liệu của tôi.", "You can take it back at any time under My data.";

    AGREE, "Bạn đồng ý điều gì", "What you agree to";
    AGREE_WHY, "Mỗi ô là một việc riêng. Ô nào không đánh dấu thì không làm.", "Each box is a thing of its own. What is not ticked is not done.";
    SHARE_BOX,
        "Tôi đồng ý gửi cho đơn vị y tế đã chọn: các mã máy này đã nghe thấy trong những ngày đã chọn, và các mã máy này đã phát trong những ngày đó.",
        "I agree to send the health unit chosen the codes that this phone heard on the days chosen, and the codes that it sent on those days.";
    REPORT_BOX,
        "Tôi đồng ý gửi cho đơn vị y tế đã chọn: những lần tiếp xúc đã làm máy này cảnh báo trong những ngày đã chọn, và các mã máy này đã phát trong những ngày đó.",
        "I agree to send the health unit chosen the contacts of the days chosen that made this phone warn me, and the codes that it sent on those days.";
    NAME_BOX, "Tôi đồng ý cho đơn vị y tế đó biết tên và số điện thoại ghi dưới đây để họ liên hệ với tôi.",
        "I agree to tell that health unit the name and telephone number below, so that they can contact me.";
    ASKED_BOX,
        "Tôi đồng ý để cơ quan y tế gửi câu hỏi đến máy này sau này. Mỗi lần như vậy tôi sẽ thấy ai hỏi và vì sao, và tự quyết định.",
        "I agree that the health authority may send questions to this phone later. Each time I will see who asks and why, and decide.";
    NAME, "Họ và tên", "Name";
    PHONE, "Số điện thoại", "Telephone number";
    SEND, "Gửi những gì đã đánh dấu", "Send what is ticked";
    NO, "Không, cảm ơn", "No, thank you";
    TAKE_BACK, "Rút lại cũng dễ như gửi: một nút trong mục Dữ liệu của tôi.", "Taking it back is as easy: one button under My data.";

    TICK_ONE, "Hãy đánh dấu ít nhất một ô, hoặc bấm “Không, cảm ơn”.", "Tick at least one box, or choose “No, thank you”.";
    TICK_REPORT, "Muốn báo thì hãy đánh dấu ô này; các ô khác đi kèm với nó.", "To report, tick this box; the others go with it.";
    CHOOSE_UNIT, "Hãy chọn đơn vị y tế.", "Choose the health unit.";
    CHOOSE_DAY, "Hãy chọn ít nhất một ngày.", "Choose at least one day.";
    NAME_UNTICKED, "Bạn đã ghi tên hoặc số điện thoại. Hãy đánh dấu ô này để gửi, hoặc xóa đi.",
        "You entered a name or number. Tick this box to send it, or clear it.";
    NAME_EMPTY, "Hãy ghi tên hoặc số điện thoại, hoặc bỏ dấu ở ô trên.", "Enter a name or number, or untick the box above.";
    TOO_LONG, "Tên hoặc số điện thoại dài quá.", "The name or number is too long.";
    BAD_KEY, "Khóa của đơn vị này không dùng được. Hãy chọn đơn vị khác.", "The key of this unit cannot be used. Choose another.";

    NOT_PINNED, "Máy này chưa chia sẻ được gì", "Nothing can be shared from this phone";
    NOT_PINNED_WHY,
        "Máy chưa được cài nhật ký công khai, các nhân chứng và bên giữ khóa, nên không có gì bảo đảm lời hứa. Hãy khởi động lại với tùy chọn --log-pins. Cảnh báo vẫn hoạt động.",
        "It was not given the public log, its witnesses and the keeper, so nothing would hold the promise. Start it again with --log-pins. Warnings work all the same.";
    LOG_UNREAD, "Chưa chia sẻ được lúc này", "Nothing can be shared just now";
    LOG_UNREAD_WHY,
        "Máy chưa đọc được nhật ký công khai trong 24 giờ qua, nên không biết chắc khóa của đơn vị y tế. Máy tự thử lại; hãy kiểm tra mạng.",
        "The phone has not read the public log within the last 24 hours, so it is not sure of the units' keys. It keeps trying; please check the connection.";
    ALL_TOLD, "Bạn đã gửi rồi", "You have sent it";
    ALL_TOLD_WHY, "Không còn ngày nào chưa gửi. Xem hoặc rút lại trong mục Dữ liệu của tôi.",
        "There is no day left to send. See it, or take it back, under My data.";
    NO_CODE, "Chưa có gì để chia sẻ", "There is nothing to share";
    NO_CODE_WHY,
        "Mục này mở trong 24 giờ sau khi bạn báo chẩn đoán bằng mã của cán bộ y tế.",
        "This opens for 24 hours after you reported a diagnosis with a code from a health officer.";
    NO_WARNING, "Không có cảnh báo nào để báo", "There is no warning to report";
    NO_WARNING_WHY, "Mục này mở khi điện thoại cảnh báo bạn về một lần tiếp xúc.", "This opens when the phone warns you of a contact."
}
