package altiplano.training.objective;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;

/// An objective whose batches are made of single items, as many as fit a number of tokens.
///
/// @param <T> an item of the task
public final class Rehearsal<T> implements Objective {
  private final String name;
  private final LongFunction<T> items;
  private final List<T> heldOut;
  private final Task<T> task;
  private final long seed;
  private long position;

  /// @param items the endless stream of items: what stands at a position never changes
  public Rehearsal(String name, LongFunction<T> items, List<T> heldOut, Task<T> task, long seed) {
    this.name = name;
    this.items = items;
    this.heldOut = heldOut;
    this.task = task;
    this.seed = seed;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Batch next(int tokens) {
    long first = position;
    var taken = new ArrayList<T>();
    int rows = 0;
    while (taken.size() < task.mostItems()) {
      T item = items.apply(position);
      boolean bounded = task.mostItems() < Integer.MAX_VALUE;
      if (!taken.isEmpty() && !bounded && rows + task.tokens(item) > tokens) break;
      taken.add(item);
      rows += task.tokens(item);
      position++;
    }
    return task.batch(
        taken, seed + first, "%s: items %d to %d".formatted(name, first, position - 1));
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public void seek(long position) {
    this.position = position;
  }

  @Override
  public List<Batch> validation(int tokens, int limit) {
    var batches = new ArrayList<Batch>();
    var taken = new ArrayList<T>();
    int rows = 0;
    int all = 0;
    for (T item : heldOut) {
      if (all >= limit) break;
      boolean full = taken.size() == task.mostItems() || rows + task.tokens(item) > tokens;
      if (!taken.isEmpty() && full) {
        batches.add(task.batch(List.copyOf(taken), 0, "held-out"));
        taken.clear();
        rows = 0;
      }
      taken.add(item);
      rows += task.tokens(item);
      all += task.tokens(item);
    }
    if (!taken.isEmpty()) batches.add(task.batch(List.copyOf(taken), 0, "held-out"));
    return batches;
  }
}
