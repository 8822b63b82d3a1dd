"""Makes the photographs of these tests, with what a camera writes into them, by Pillow 13 and piexif 1.1.3.

    pip install pillow piexif && python3 make.py

A red upper left corner on blue: where it lies says whether the orientation was heeded.
"""
import io

import piexif
from PIL import Image, PngImagePlugin

picture = Image.new("RGB", (96, 64), (20, 60, 200))
picture.paste((220, 30, 30), (0, 0, 48, 32))
small = io.BytesIO()
picture.resize((24, 16)).save(small, "jpeg")
exif = piexif.dump(
    {
        "0th": {
            piexif.ImageIFD.Make: b"Canary Camera",
            piexif.ImageIFD.Model: b"Canary 3000",
            piexif.ImageIFD.Orientation: 6,  # the camera was held upright: to be turned right
            piexif.ImageIFD.DateTime: b"2026:11:25 08:30:00",
            piexif.ImageIFD.Artist: "Nguyễn Văn An".encode(),
        },
        "Exif": {piexif.ExifIFD.BodySerialNumber: b"SERIALCANARY42"},
        "GPS": {
            piexif.GPSIFD.GPSLatitudeRef: b"N",
            piexif.GPSIFD.GPSLatitude: ((21, 1), (35, 1), (3349, 100)),
            piexif.GPSIFD.GPSLongitudeRef: b"E",
            piexif.GPSIFD.GPSLongitude: ((105, 1), (50, 1), (3012, 100)),
        },
        "1st": {piexif.ImageIFD.Make: b"Canary Camera"},
        "thumbnail": small.getvalue(),
    }
)
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>XMPCANARY 21.5926,105.8417</x:xmpmeta>"
picture.save("gps.jpg", "jpeg", exif=exif, xmp=XMP, comment=b"COMMENTCANARY")
picture.save("gps.webp", "webp", exif=exif, xmp=XMP)
notes = PngImagePlugin.PngInfo()
notes.add_text("Comment", "COMMENTCANARY")
notes.add_itxt("XML:com.adobe.xmp", XMP.decode())
picture.save("gps.png", "png", exif=exif, pnginfo=notes)
