import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashSet;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/**
 * Totals of declarations with Kafka Streams, as arguments BROKERS TOPIC OUT COUNT STATE STORE name them.
 *
 * <p>Reads COUNT messages of the one partition of TOPIC and keeps mass and value of each product, origin and
 * month in a store (rocksdb or memory) with a changelog; every second it sends the totals that changed to OUT.
 */
public final class Totals {
  private static final String STORE = "totals";
  private static final Duration EVERY = Duration.ofSeconds(1);

  @JsonIgnoreProperties(ignoreUnknown = true)
  record Line(String accepted_at, String product, String origin, String net_mass_kg, String value) {}

  private Totals() {}

  public static void main(String[] given) throws InterruptedException {
    long count = Long.parseLong(given[3]);
    var done = new CountDownLatch(1);
    var builder = new StreamsBuilder();
    var supplier = given[5].equals("rocksdb")
        ? Stores.persistentKeyValueStore(STORE) : Stores.inMemoryKeyValueStore(STORE);
    builder.addStateStore(Stores.keyValueStoreBuilder(supplier, Serdes.String(), sums()).withCachingEnabled());
    builder.stream(given[1], Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
        .process(() -> new Adder(count, done), STORE)
        .to(given[2], Produced.with(Serdes.String(), Serdes.String()));
    var streams = new KafkaStreams(builder.build(), settings(given[0], given[2], given[4]));
    streams.start();
    done.await();
    streams.close();
  }

  private static Properties settings(String brokers, String name, String folder) {
    var settings = new Properties();
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, brokers);
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, name);
    settings.put(StreamsConfig.STATE_DIR_CONFIG, folder);
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, EVERY.toMillis());
    settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
    return settings;
  }

  /** Mass in grams and value in 1/10,000, as 16 bytes. */
  private static Serde<long[]> sums() {
    return Serdes.serdeFrom(
        (topic, sum) -> sum == null ? null
            : ByteBuffer.allocate(16).putLong(sum[0]).putLong(sum[1]).array(),
        (topic, bytes) -> {
          if (bytes == null) {
            return null;
          }
          var buffer = ByteBuffer.wrap(bytes);
          return new long[] {buffer.getLong(), buffer.getLong()};
        });
  }

  private static final class Adder implements Processor<byte[], byte[], String, String> {
    private final ObjectReader reader = new ObjectMapper().readerFor(Line.class);
    private final Set<String> changed = new HashSet<>();
    private final CountDownLatch done;
    private long left;
    private ProcessorContext<String, String> context;
    private KeyValueStore<String, long[]> store;

    Adder(long count, CountDownLatch done) {
      this.left = count;
      this.done = done;
    }

    @Override
    public void init(ProcessorContext<String, String> context) {
      this.context = context;
      store = context.getStateStore(STORE);
      context.schedule(EVERY, PunctuationType.WALL_CLOCK_TIME, this::send);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
      Line line = parsed(record.value());
      String key = line.product() + "|" + line.origin() + "|" + line.accepted_at().substring(0, 7);
      long[] known = store.get(key);
      long mass = Math.round(Double.parseDouble(line.net_mass_kg()) * 1_000);
      long value = Math.round(Double.parseDouble(line.value()) * 10_000);
      store.put(key, known == null ? new long[] {mass, value} : new long[] {known[0] + mass, known[1] + value});
      changed.add(key);
      if (--left == 0) {
        send(record.timestamp());
        done.countDown();
      }
    }

    private Line parsed(byte[] value) {
      try {
        return reader.readValue(value);
      } catch (IOException error) {
        throw new IllegalStateException(error);
      }
    }

    private void send(long now) {
      for (String key : changed) {
        long[] sum = store.get(key);
        String json = "{\"mass_g\":" + sum[0] + ",\"value_e4\":" + sum[1] + "}";
        context.forward(new Record<>(key, json, Math.max(0, now)));
      }
      changed.clear();
    }
  }
}
