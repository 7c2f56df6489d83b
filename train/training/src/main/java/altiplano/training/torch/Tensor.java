package altiplano.training.torch;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/// A libtorch tensor: a handle to numbers in native memory, with what leads to its gradient.
///
/// Methods that end in `InPlace` change the numbers; all others return a new tensor, which may be a
/// view. A tensor lives until the [Scope] it was made in ends, unless it is kept.
public final class Tensor {
  final org.bytedeco.pytorch.Tensor raw;

  Tensor(org.bytedeco.pytorch.Tensor raw) {
    this.raw = raw;
  }

  // ---- making ----

  static TensorOptions options(Dtype type) {
    return new TensorOptions(Torch.device()).dtype(new ScalarTypeOptional(type.scalar));
  }

  public static Tensor zeros(Dtype type, long... shape) {
    return new Tensor(torch.zeros(shape, options(type)));
  }

  public static Tensor full(double value, Dtype type, long... shape) {
    return new Tensor(torch.full(shape, new Scalar(value), options(type)));
  }

  /// Returns independent standard normal numbers of the default generator.
  public static Tensor normal(long... shape) {
    return new Tensor(torch.randn(shape, options(Dtype.FLOAT32)));
  }

  public static Tensor of(float[] values, long... shape) {
    return new Tensor(torch.tensor(values).reshape(shape).to(Torch.device(), Dtype.FLOAT32.scalar));
  }

  public static Tensor of(long[] values, long... shape) {
    return new Tensor(torch.tensor(values).reshape(shape).to(Torch.device(), Dtype.INT64.scalar));
  }

  public static Tensor of(int... values) {
    return of(Arrays.stream(values).asLongStream().toArray(), values.length);
  }

  // ---- life ----

  /// Lets this tensor outlive the scope it was made in, until [#release].
  public Tensor keep() {
    raw.retainReference();
    return this;
  }

  /// Ends what [#keep] began.
  public void release() {
    raw.releaseReference();
  }

  // ---- what it is ----

  public long[] shape() {
    var sizes = raw.sizes();
    var shape = new long[(int) sizes.size()];
    for (int i = 0; i < shape.length; i++) shape[i] = sizes.get(i);
    return shape;
  }

  public long size(int dimension) {
    return raw.size(dimension);
  }

  public long elements() {
    return raw.numel();
  }

  public Dtype type() {
    return Dtype.of(raw.scalar_type());
  }

  /// Returns the one number of a tensor of one element.
  public double item() {
    return raw.item().toDouble();
  }

  /// Returns the number at `index` of the flattened tensor.
  public double item(long index) {
    return raw.flatten().narrow(0, index, 1).item().toDouble();
  }

  /// Returns all values as float32, in order.
  public float[] floats() {
    var flat = raw.detach().cpu().to(Dtype.FLOAT32.scalar).contiguous();
    var values = new float[Math.toIntExact(flat.numel())];
    if (values.length > 0) new org.bytedeco.javacpp.FloatPointer(flat.data_ptr()).get(values);
    return values;
  }

  /// Returns the memory of a contiguous tensor in main memory. Valid as long as the tensor.
  @SuppressWarnings("restricted") // The bounds are libtorch's own.
  public MemorySegment segment() {
    if (!raw.is_contiguous()) throw new IllegalStateException("the tensor is a strided view");
    return MemorySegment.ofAddress(raw.data_ptr().address()).reinterpret(raw.nbytes());
  }

  /// Returns the tensor in main memory, contiguous: itself where it is so already.
  public Tensor toMainMemory() {
    return new Tensor(raw.cpu().contiguous());
  }

  /// Overwrites this float32 tensor by values in main memory, wherever it lies itself.
  public void copyFrom(MemorySegment values) {
    try (var _ = Scope.inference()) {
      var staged = toMainMemory();
      staged.segment().copyFrom(values);
      if (Torch.onCuda()) copyInPlace(staged);
    }
  }

  // ---- shape ----

  public Tensor view(long... shape) {
    return new Tensor(raw.view(shape));
  }

  public Tensor reshape(long... shape) {
    return new Tensor(raw.reshape(shape));
  }

  public Tensor transpose(int a, int b) {
    return new Tensor(raw.transpose(a, b));
  }

  /// Returns the transpose of a matrix.
  public Tensor t() {
    return new Tensor(raw.t());
  }

  public Tensor expand(long... shape) {
    return new Tensor(raw.expand(shape));
  }

  public Tensor unsqueeze(int dimension) {
    return new Tensor(raw.unsqueeze(dimension));
  }

  public Tensor squeeze(int dimension) {
    return new Tensor(raw.squeeze(dimension));
  }

  public Tensor contiguous() {
    return new Tensor(raw.contiguous());
  }

  /// Returns `length` slices from `start` along `dimension`, as a view.
  public Tensor narrow(int dimension, long start, long length) {
    return new Tensor(raw.narrow(dimension, start, length));
  }

  /// Returns the rows that `indices` (int64) names.
  public Tensor rows(Tensor indices) {
    return new Tensor(raw.index_select(0, indices.raw));
  }

  /// Returns, for each row, the element that `indices` `[rows, k]` names.
  public Tensor gather(int dimension, Tensor indices) {
    return new Tensor(torch.gather(raw, dimension, indices.raw));
  }

  // ---- arithmetic ----

  public Tensor to(Dtype type) {
    return type() == type ? this : new Tensor(raw.to(type.scalar));
  }

  public Tensor plus(Tensor other) {
    return new Tensor(raw.add(other.raw));
  }

  public Tensor plus(double value) {
    return new Tensor(raw.add(new Scalar(value)));
  }

  public Tensor minus(Tensor other) {
    return new Tensor(raw.sub(other.raw));
  }

  public Tensor times(Tensor other) {
    return new Tensor(raw.mul(other.raw));
  }

  public Tensor times(double value) {
    return new Tensor(raw.mul(new Scalar(value)));
  }

  public Tensor dividedBy(Tensor other) {
    return new Tensor(raw.div(other.raw));
  }

  public Tensor matmul(Tensor other) {
    return new Tensor(raw.matmul(other.raw));
  }

  public Tensor square() {
    return new Tensor(raw.square());
  }

  public Tensor sqrt() {
    return new Tensor(raw.sqrt());
  }

  public Tensor rsqrt() {
    return new Tensor(raw.rsqrt());
  }

  public Tensor exp() {
    return new Tensor(raw.exp());
  }

  public Tensor negative() {
    return new Tensor(raw.neg());
  }

  public Tensor sum() {
    return new Tensor(raw.sum());
  }

  public Tensor sum(int dimension, boolean keepDimension) {
    return new Tensor(raw.sum(new long[] {dimension}, keepDimension, new ScalarTypeOptional()));
  }

  public Tensor mean() {
    return new Tensor(raw.mean());
  }

  public Tensor mean(int dimension, boolean keepDimension) {
    return new Tensor(raw.mean(new long[] {dimension}, keepDimension, new ScalarTypeOptional()));
  }

  /// Returns the Euclidean norm of all values.
  public double norm() {
    return raw.norm().item().toDouble();
  }

  /// Returns the index of the largest value along `dimension`.
  public Tensor argmax(int dimension) {
    return new Tensor(raw.argmax(new LongOptional(dimension), false));
  }

  public Tensor max(int dimension) {
    return new Tensor(raw.max(dimension, false).get0());
  }

  /// Returns how many values equal those of `other`.
  public double equalCount(Tensor other) {
    return raw.eq(other.raw).sum().item().toDouble();
  }

  /// Returns whether no value is infinite or NaN.
  public boolean isFinite() {
    return torch.isfinite(raw).all().item_bool();
  }

  // ---- in place, outside of gradients ----

  public Tensor zeroInPlace() {
    torch.zero_(raw);
    return this;
  }

  public Tensor plusInPlace(Tensor other, double factor) {
    raw.add_(other.raw, new Scalar(factor));
    return this;
  }

  public Tensor timesInPlace(double value) {
    raw.mul_(new Scalar(value));
    return this;
  }

  public Tensor copyInPlace(Tensor source) {
    raw.copy_(source.raw);
    return this;
  }

  /// Moves towards `target` by `weight` of the way.
  public Tensor lerpInPlace(Tensor target, double weight) {
    raw.lerp_(target.raw, new Scalar(weight));
    return this;
  }

  // ---- gradients ----

  /// Makes this a leaf whose gradient is collected.
  public Tensor requireGradient() {
    raw.set_requires_grad(true);
    return this;
  }

  /// Makes this a leaf without gradient.
  public void fix() {
    raw.set_requires_grad(false);
  }

  public boolean requiresGradient() {
    return raw.requires_grad();
  }

  /// Returns the same numbers, cut off from what made them.
  public Tensor detach() {
    return new Tensor(raw.detach());
  }

  public Tensor copy() {
    return new Tensor(raw.clone());
  }

  /// Returns the collected gradient, empty where no backward pass has reached this leaf.
  public Optional<Tensor> gradient() {
    var gradient = raw.grad();
    return gradient.defined() ? Optional.of(new Tensor(gradient)) : Optional.empty();
  }

  public void clearGradient() {
    raw.mutable_grad().reset();
  }

  /// Sends a gradient of one back from this scalar.
  public void backward() {
    raw.backward();
  }

  /// Sends `gradient`, shaped as this tensor, back.
  public void backward(Tensor gradient) {
    torch.backward(
        new TensorVector(raw),
        new TensorVector(gradient.raw),
        new org.bytedeco.pytorch.BoolOptional(),
        false,
        new TensorVector());
  }

  static TensorVector vector(List<Tensor> tensors) {
    var vector = new TensorVector();
    for (Tensor tensor : tensors) vector.push_back(tensor.raw);
    return vector;
  }

  static DoubleOptional optional(double value) {
    return new DoubleOptional(value);
  }

  @Override
  public String toString() {
    return type() + Arrays.toString(shape());
  }
}
