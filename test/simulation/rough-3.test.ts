import { playSeeds } from './play-seeds.ts';

playSeeds('rough', 2, 3);
