package altiplano.training.run;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Map;
import java.util.zip.CRC32C;

/// Scalars in TensorBoard's event format.
///
/// Records as TensorFlow frames them: length, masked CRC of the length, data, masked CRC of the
/// data. The data is a protocol buffer `Event` (fields: 1 wall time, 2 step, 3 version, 5 summary).
public final class EventFile implements AutoCloseable {
  private final FileChannel out;

  /// Starts a new file in `folder`; TensorBoard shows all files of a folder as one run.
  public EventFile(Path folder) throws IOException {
    Files.createDirectories(folder);
    Instant now = Instant.now();
    String name =
        "events.out.tfevents.%d.%d".formatted(now.getEpochSecond(), ProcessHandle.current().pid());
    out =
        FileChannel.open(
            folder.resolve(name), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    record(event(now).field(3, "brain.Event:2").bytes());
  }

  /// Appends one value for each tag.
  public void add(long step, Map<String, Double> values) throws IOException {
    var summary = new Message();
    values.forEach(
        (tag, value) -> summary.field(1, new Message().field(1, tag).field(2, value.floatValue())));
    record(event(Instant.now()).field(2, step).field(5, summary).bytes());
  }

  private static Message event(Instant time) {
    return new Message().field(1, time.toEpochMilli() / 1000.0);
  }

  private void record(byte[] data) throws IOException {
    var record = ByteBuffer.allocate(data.length + 16).order(ByteOrder.LITTLE_ENDIAN);
    record.putLong(data.length);
    record.putInt(maskedCrc(record.array(), 0, 8));
    record.put(data);
    record.putInt(maskedCrc(record.array(), 12, data.length));
    record.flip();
    while (record.hasRemaining()) out.write(record);
  }

  private static int maskedCrc(byte[] bytes, int start, int length) {
    var crc = new CRC32C();
    crc.update(bytes, start, length);
    return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  /// A protocol buffer message that is being written.
  private static final class Message {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Message field(int number, double value) {
      varint((number << 3) | 1);
      fixed(Double.doubleToLongBits(value), 8);
      return this;
    }

    Message field(int number, float value) {
      varint((number << 3) | 5);
      fixed(Float.floatToIntBits(value), 4);
      return this;
    }

    Message field(int number, long value) {
      varint(number << 3);
      varint(value);
      return this;
    }

    Message field(int number, String value) {
      return field(number, value.getBytes(StandardCharsets.UTF_8));
    }

    Message field(int number, Message value) {
      return field(number, value.bytes());
    }

    private Message field(int number, byte[] value) {
      varint((number << 3) | 2);
      varint(value.length);
      bytes.writeBytes(value);
      return this;
    }

    private void varint(long value) {
      for (; (value & ~0x7FL) != 0; value >>>= 7) bytes.write((int) ((value & 0x7F) | 0x80));
      bytes.write((int) value);
    }

    private void fixed(long value, int length) {
      for (int i = 0; i < length; i++) bytes.write((int) (value >>> (8 * i)));
    }

    byte[] bytes() {
      return bytes.toByteArray();
    }
  }
}
